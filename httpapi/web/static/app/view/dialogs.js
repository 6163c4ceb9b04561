// The dialogs, each loaded with the others of its module when first opened.

import { useEffect, useState } from "preact/hooks";
import { at, closeDialog, dialog, react } from "../actions.js";
import { call, part } from "../api.js";
import { converse, join, words } from "../commands.js";
import { searchEmoji, usual } from "../emoji.js";
import { drawText } from "../markup.js";
import { isMe, person, stateWords } from "../people.js";
import { current, find, mine } from "../rooms.js";
import { go } from "../route.js";
import { fold, line, visible } from "../text.js";
import { exact } from "../time.js";
import { Avatar, Dialog, Form, attempt, html } from "../ui.js";
import { RoomSettings } from "./settings.js";

/** @param {string} path */
function leaveFor(path) {
  closeDialog();
  go(path);
}

/** Finds a room, or a person, by a few letters. */
function Switcher() {
  const [letters, setLetters] = useState("");
  const [chosen, setChosen] = useState(0);
  const wanted = fold(letters.replace(/^[#@]/, ""));
  const rooms = mine.value.filter((r) => fold(r.info.value.title).includes(wanted)).sort((a, b) => Number(b.info.value.unread > 0) - Number(a.info.value.unread > 0))
    .slice(0, 9).map((r) => ({ label: r.info.value.title, take: () => leaveFor("/r/" + r.id), unread: r.info.value.unread }));
  const choices = [...rooms];
  if (/^@?[\w-]{3,50}$/.test(letters)) {
    const name = letters.replace(/^@/, "");
    choices.push({ label: `Write to @${name}`, take: () => { closeDialog(); attempt(converse(name)); }, unread: 0 });
    if (!rooms.length) choices.push({ label: `Join #${wanted}`, take: () => { closeDialog(); attempt(join(wanted)); }, unread: 0 });
  }
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") setChosen((chosen + (event.key === "ArrowDown" ? 1 : choices.length - 1)) % Math.max(choices.length, 1));
    else if (event.key === "Enter") choices[chosen]?.take();
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title="Go to a room or a person" close=${closeDialog}>
    <input type="text" role="combobox" aria-expanded="true" aria-controls="places" aria-label="Room or name" aria-activedescendant=${choices.length ? "place-" + chosen : undefined}
      autocomplete="off" autofocus value=${letters} onKeyDown=${press} onInput=${(/** @type {any} */ e) => { setLetters(e.target.value); setChosen(0); }} />
    <ul class="choices" id="places" role="listbox" aria-label="Rooms and people">${choices.map((c, n) => html`<li id=${"place-" + n} key=${c.label} role="option" aria-selected=${n === chosen} onClick=${c.take}>
      <span>${line(c.label)}</span>${c.unread ? html` <small>${c.unread} unread</small>` : null}</li>`)}</ul><//>`;
}

/** @param {{message: Message}} props */
function ReactionPicker({ message }) {
  const [letters, setLetters] = useState("");
  const [found, setFound] = useState(/** @type {import("../emoji.js").Emoji[]} */ ([]));
  useEffect(() => { searchEmoji(letters).then((all) => setFound([...new Map(all.map((e) => [e.emoji, e])).values()].slice(0, 96))).catch(() => {}); }, [letters]);
  const take = (/** @type {string} */ emoji) => { closeDialog(); react(message, emoji); };
  return html`<${Dialog} title="React" close=${closeDialog}>
    <div class="emoji usual">${usual.map((e) => html`<button type="button" key=${e} aria-label=${"React with " + e} onClick=${() => take(e)}>${e}</button>`)}</div>
    <input type="search" aria-label="Find an emoji" placeholder="Find an emoji" autofocus onInput=${(/** @type {any} */ e) => setLetters(e.target.value.trim().replace(/:/g, ""))}
      onKeyDown=${(/** @type {KeyboardEvent} */ e) => e.key === "Enter" && found[0] && take(found[0].emoji)} />
    <div class="emoji">${found.map((e) => html`<button type="button" key=${e.emoji} title=${`:${e.name}:`} aria-label=${e.name.replace(/_/g, " ")} onClick=${() => take(e.emoji)}>${e.emoji}</button>`)}</div><//>`;
}

/** @param {{username: string}} props */
function PersonDialog({ username }) {
  const [user, setUser] = useState(/** @type {User | null} */ (null));
  const [failure, setFailure] = useState("");
  useEffect(() => { call("GET", "/users/" + part(username)).then(setUser, (error) => setFailure(error.message)); }, [username]);
  const state = user?.state ?? person(username).state;
  return html`<${Dialog} title=${"@" + line(username)} close=${closeDialog}>
    ${failure ? html`<p class="failure">${failure}</p>` : html`<div class="card"><${Avatar} name=${username} /><div>
      <p>${stateWords[state]}${user?.status ? ": " + line(user.status) : ""}</p>
      <p class="hint">${user?.joined_at ? "here since " + exact(user.joined_at) : "…"}</p></div></div>
    ${user ? html`<p><button type="button" class="primary" onClick=${() => { closeDialog(); attempt(converse(user.username)); }}>${isMe(user.username) ? "Write to myself" : "Write a message"}</button></p>` : null}`}<//>`;
}

function Create() {
  const make = async (/** @type {Record<string, string>} */ f) => {
    const info = await call("POST", "/rooms", { name: f.name.replace(/^#/, ""), kind: f.kind, ...f.topic && { topic: f.topic } });
    await find(info.room_id);
    leaveFor("/r/" + info.room_id);
  };
  const write = async (/** @type {Record<string, string>} */ f) => {
    await converse(f.names);
    closeDialog();
  };
  return html`<${Dialog} title="New" close=${closeDialog}>
    <section><h3>A room</h3><${Form} submit=${make} label="Make the room" kind="keep">
      <label>Name<input name="name" required maxlength="33" pattern="#?[a-z][a-z0-9_\\-]*" title="a–z, digits, _ and -, beginning with a letter" autocapitalize="none" autocomplete="off" autofocus /></label>
      <label>Topic<input name="topic" maxlength="250" autocomplete="off" /></label>
      <fieldset><legend>Who may see it</legend>
        <label class="choice"><input type="radio" name="kind" value="public" checked /> Everyone</label>
        <label class="choice"><input type="radio" name="kind" value="private" /> Only those who are invited</label></fieldset><//></section>
    <section><h3>A conversation</h3><${Form} submit=${write} label="Write" kind="keep">
      <label>With<input name="names" required placeholder="bob, carol" autocapitalize="none" autocomplete="off" /></label><//></section><//>`;
}

function Pins() {
  const room = current.value;
  const [messages, setMessages] = useState(/** @type {Message[] | null} */ (null));
  useEffect(() => { if (room) attempt(call("GET", `/rooms/${part(room.id)}/pins`)).then((page) => setMessages(page?.messages ?? [])); }, [room]);
  return html`<${Dialog} title="Pinned messages" close=${closeDialog}>
    ${messages === null ? html`<p>…</p>` : messages.length ? html`<ul class="pins">${messages.map((m) => html`<li key=${m.seq}>
      <p><b>${line(m.author.username)}</b> <a href=${`/r/${m.room_id}/${m.seq}`} onClick=${closeDialog}>${exact(m.created_at)}</a></p><div class="body">${drawText(m.content, m.nodes)}</div></li>`)}</ul>`
    : html`<p>Nothing is pinned here.</p>`}<//>`;
}

/** @param {{message: Message}} props what a message said, the newest first */
function Versions({ message: m }) {
  const [earlier, setEarlier] = useState(/** @type {{content: string, created_at: string}[] | null} */ (null));
  useEffect(() => { attempt(call("GET", at(m) + "/versions")).then((page) => page ? setEarlier(page.versions) : closeDialog()); }, [m]);
  const all = earlier && [...earlier, { content: m.content, created_at: m.edited_at ?? m.created_at }].reverse();
  return html`<${Dialog} title="What it said" close=${closeDialog}>${all ? html`<ul class="pins">${all.map((v, n) => html`<li key=${all.length - n}>
    <p>${exact(v.created_at)}${n ? "" : ", as it is now"}</p><div class="body"><p class="plain">${visible(v.content)}</p></div></li>`)}</ul>` : html`<p>…</p>`}<//>`;
}

function Help() {
  const [known, setKnown] = useState(/** @type {Words | null} */ (null));
  useEffect(() => { attempt(words()).then((w) => w && setKnown(w)); }, []);
  const row = (/** @type {string} */ key, /** @type {string} */ does) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`;
  return html`<${Dialog} title="Keys and commands" close=${closeDialog} kind="broad">${known && html`
    <div class="columns"><section><h3>Keys</h3><dl class="keys">${known.keys.map(([key, does]) => row(key, does))}</dl></section>
    <section><h3>Commands</h3><dl class="keys">${Object.entries(known.commands).map(([name, [args, does]]) => row(`/${name} ${args}`, does))}</dl>
      <p class="hint">Begin with // to send a message that begins with a slash.</p></section></div>`}<//>`;
}

/** @param {{title: string, text: string, label: string, work: () => Promise<unknown>}} props */
function Confirm({ title, text, label, work }) {
  return html`<${Dialog} title=${title} close=${closeDialog}><blockquote class="plain">${visible(text).slice(0, 500)}</blockquote>
    <${Form} submit=${async () => { await work(); closeDialog(); }} label=${label} kind="danger"><//><//>`;
}

/** @type {Record<string, any>} */
const all = { switch: Switcher, react: ReactionPicker, person: PersonDialog, create: Create, pins: Pins, versions: Versions, help: Help, confirm: Confirm, room: RoomSettings };

export function Dialogs() {
  const open = dialog.value, Shown = open && all[open.name];
  return Shown ? html`<${Shown} key=${open.name} ...${open} />` : null;
}
