// Where messages are written.

import { effect } from "@preact/signals";
import { Component } from "preact";
import { at } from "../actions.js";
import { call } from "../api.js";
import { runCommand } from "../commands.js";
import { complete } from "../complete.js";
import { post } from "../outbox.js";
import { draft, foreign, setDraft, typing } from "../own.js";
import { count, fold, line } from "../text.js";
import { IconButton, complain, html, tell } from "../ui.js";

/** @typedef {import("../rooms.js").Room} Room */
/** @typedef {import("../complete.js").Completion} Completion */

const maxContent = 4000;
const ownHeight = !CSS.supports("field-sizing", "content");

/** @extends {Component<{room: Room}, {completion: Completion | null, chosen: number}>} */
export class Composer extends Component {
  state = { completion: /** @type {Completion | null} */ (null), chosen: 0 };
  /** @type {HTMLTextAreaElement | null} */
  field = null;
  /** @type {(() => void)[]} */
  over = [];
  wanted = 0; // the newest completion that was asked for
  stashed = ""; // what was being written when an edit began

  componentDidMount() {
    const { room } = this.props;
    this.fill(draft(room));
    if (!matchMedia("(pointer: coarse)").matches) this.field?.focus(); // else the phone's keyboard would jump up
    let before = /** @type {import("../rooms.js").Answer | null} */ (null);
    this.over.push(effect(() => {
      const answer = room.answer.value;
      if (answer === before) return;
      this.answerChanged(before, answer);
      before = answer;
    }));
    const old = foreign.peek();
    this.over.push(foreign.subscribe((written) => {
      if (written !== old && written?.room === room.id && room.answer.peek()?.kind !== "edit") this.fill(written.content);
    }));
  }

  componentWillUnmount() {
    for (const end of this.over) end();
    const { room } = this.props;
    if (room.answer.peek()?.kind === "edit") room.answer.value = null;
  }

  /**
   * @param {import("../rooms.js").Answer | null} before
   * @param {import("../rooms.js").Answer | null} now
   */
  answerChanged(before, now) {
    if (now?.kind === "edit") {
      if (before?.kind !== "edit") this.stashed = this.field?.value ?? "";
      this.fill(now.content);
    } else if (before?.kind === "edit") {
      this.fill(this.stashed);
    }
    if (now) this.field?.focus();
  }

  /** @param {string} text */
  fill(text) {
    if (!this.field || this.field.value === text) return;
    this.field.value = text;
    this.fit();
  }

  fit() {
    if (!this.field || !ownHeight) return;
    this.field.style.height = "auto";
    this.field.style.height = this.field.scrollHeight + "px";
  }

  changed = () => {
    const { room } = this.props, { field } = this;
    if (!field) return;
    this.fit();
    if (room.answer.value?.kind !== "edit") setDraft(room, field.value);
    if (field.value && !field.value.startsWith("/")) typing(room);
    this.look();
  };

  async look() {
    const { field } = this;
    if (!field) return;
    const turn = ++this.wanted;
    const completion = field.selectionStart === field.selectionEnd
      ? await complete(this.props.room, field.value, field.selectionStart).catch(() => null) : null;
    if (turn === this.wanted && (completion || this.state.completion)) this.setState({ completion, chosen: 0 });
  }

  close() {
    this.wanted++;
    this.setState({ completion: null });
  }

  /** @param {number} n */
  take(n) {
    const { field } = this, { completion } = this.state;
    if (!field || !completion) return;
    field.setRangeText(completion.choices[n].text, completion.from, completion.to, "end");
    this.close();
    this.changed();
    field.focus();
  }

  /** @param {KeyboardEvent} event */
  press = (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter belongs to the input method
    const { completion, chosen } = this.state, { room } = this.props;
    if (completion && this.pressInList(event, completion, chosen)) return event.preventDefault();
    const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key === "Enter" && plain) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && plain && this.field?.value === "" && !room.answer.value) {
      const mine = room.timeline.mine();
      if (!mine) return;
      event.preventDefault();
      room.answer.value = { kind: "edit", seq: mine.seq, content: mine.content };
    } else if (event.key === "Escape" && room.answer.value) {
      event.preventDefault();
      event.stopPropagation();
      room.answer.value = null;
    }
  };

  /**
   * @param {KeyboardEvent} event
   * @param {Completion} completion
   * @param {number} chosen
   * @returns {boolean} whether the key was the list's
   */
  pressInList(event, completion, chosen) {
    const n = completion.choices.length, { from, to, choices } = completion;
    const typed = fold(this.field?.value.slice(from, to) ?? "");
    const whole = (/** @type {{text: string}} */ choice) => fold(choice.text.trimEnd()) === typed;
    if (event.key === "Enter" && (whole(choices[chosen]) || !chosen && choices.some(whole))) return false; // nothing is left to complete
    if (this.field?.selectionStart !== to && (event.key === "Enter" || event.key === "Tab")) { // the list is of what stood there before
      this.setState({ completion: null });
      return event.key === "Tab";
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.setState({ chosen: (chosen + (event.key === "ArrowDown" ? 1 : n - 1)) % n });
    else if (event.key === "Tab" && !event.shiftKey || event.key === "Enter" && !event.shiftKey) this.take(chosen);
    else if (event.key === "Escape") this.close();
    else return false;
    event.stopPropagation();
    return true;
  }

  async submit() {
    const { room } = this.props, { field } = this, text = field?.value.trim() ?? "", answer = room.answer.value;
    if (!field || !text) return;
    if ([...text].length > maxContent) return tell(`A message has at most ${maxContent} characters; this one has ${[...text].length}.`, true);
    this.close();
    try {
      if (answer?.kind === "edit") {
        room.answer.value = null; // what is typed from here on is another message
        return await call("PATCH", at(/** @type {Message} */ ({ room_id: room.id, seq: answer.seq })), { content: text });
      }
      this.clear();
      if (text.startsWith("/") && !text.startsWith("//")) {
        await runCommand(text, room);
      } else {
        if (room.timeline.hasAfter) room.timeline.open();
        room.timeline.following = true;
        post(room.id, text.startsWith("//") ? text.slice(1) : text, answer ?? undefined);
        room.answer.value = null;
      }
    } catch (error) {
      complain(error);
      if (answer?.kind === "edit") room.answer.value ??= { ...answer, content: text };
      else if (field.isConnected && !field.value) { // what was refused stays
        this.fill(text);
        setDraft(room, text);
      }
    }
  }

  clear() {
    this.fill("");
    setDraft(this.props.room, "", true);
  }

  render() {
    const { room } = this.props, { completion, chosen } = this.state, answer = room.answer.value, { title } = room.info.value;
    const label = answer?.kind === "edit" ? "Edit the message" : `Message ${title}`;
    return html`<div class="composer">
      ${answer ? html`<div class="answer"><span>${answer.kind === "edit" ? "Editing" : html`Answering <b>${line(answer.quote.username)}</b>: ${answer.quote.text}`}</span>
        <${IconButton} icon="close" label="Never mind (Esc)" onClick=${() => { room.answer.value = null; this.field?.focus(); }} /></div>` : null}
      ${completion ? html`<${Choices} completion=${completion} chosen=${chosen} take=${(/** @type {number} */ n) => this.take(n)} />` : null}
      <div class="writing">
        <textarea id="composer" rows="1" placeholder=${label} aria-label=${label} autocomplete="off" enterkeyhint="send" aria-autocomplete="list"
          aria-controls=${completion ? "choices" : undefined} aria-activedescendant=${completion ? "choice-" + chosen : undefined}
          ref=${(/** @type {any} */ e) => { this.field = e; }} onInput=${this.changed} onKeyDown=${this.press}
          onBlur=${() => this.state.completion && this.close()}></textarea>
        <${IconButton} icon="send" label="Send" onClick=${() => { this.field?.focus(); this.submit(); }} />
      </div>
    </div>`;
  }
}

/** @param {{completion: Completion, chosen: number, take: (n: number) => void}} props */
function Choices({ completion, chosen, take }) {
  return html`<ul class="choices" id="choices" role="listbox" aria-label=${count(completion.choices.length, "suggestion")}>
    ${completion.choices.map((choice, n) => html`<li key=${choice.label + choice.detail} id=${"choice-" + n} role="option" aria-selected=${n === chosen}
      onMouseDown=${(/** @type {MouseEvent} */ e) => { e.preventDefault(); take(n); }}><span>${choice.label}</span> <small>${line(choice.detail ?? "")}</small></li>`)}
  </ul>`;
}
