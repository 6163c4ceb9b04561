// One message of a timeline.

import { Component } from "preact";
import { copy, dialog, edit, linkTo, lookBack, mayDelete, mayLookBack, mayPin, pin, react, remove, reply, showPerson } from "../actions.js";
import { drawText } from "../markup.js";
import { discard, retry } from "../outbox.js";
import { isMe, me } from "../people.js";
import { callsMe } from "../rooms.js";
import { isAction } from "../rows.js";
import { line, list, tint, visible } from "../text.js";
import { clock, exact } from "../time.js";
import { Avatar, IconButton, html } from "../ui.js";

/** @typedef {import("../rooms.js").Room} Room */
/** @typedef {{room: Room, message: Message, joined: boolean}} Props */

const toolbarRises = 16; // pixels above its message

/** @typedef {{active: boolean, low: boolean}} State low: the toolbar would rise out of sight */
/** @extends {Component<Props, State>} */
export class MessageRow extends Component {
  state = { active: false, low: false };

  /** @param {Props} next @param {State} state */
  shouldComponentUpdate(next, state) {
    return next.message !== this.props.message || next.joined !== this.props.joined || state.active !== this.state.active;
  }

  /** @param {Event} event */
  enter = (event) => {
    if (this.state.active) return;
    const row = /** @type {HTMLElement} */ (event.currentTarget), box = row.closest(".timeline");
    const low = row.getBoundingClientRect().top - (box?.getBoundingClientRect().top ?? 0) < toolbarRises;
    this.setState({ active: true, low });
  };
  /** @param {MouseEvent | FocusEvent} event */
  leave = (event) => {
    const row = /** @type {HTMLElement} */ (event.currentTarget);
    if (event.type === "mouseleave" ? !row.contains(document.activeElement) : !row.contains(/** @type {Node | null} */ (event.relatedTarget)) && !row.matches(":hover")) {
      this.setState({ active: false });
    }
  };

  render() {
    const { message: m, joined } = this.props, { active, low } = this.state;
    const name = line(m.author.username), action = !m.deleted && isAction(m.content);
    const kinds = ["message", joined && "joined", callsMe(m.mentions) && !isMe(m.author.username) && "calls", m.pinned && "pinned", m.deleted && "deleted", low && "low"];
    return html`<article class=${kinds.filter(Boolean).join(" ")} tabindex="-1" data-seq=${m.seq}
      aria-label=${`${name}, ${clock(m.created_at)}`}
      onMouseEnter=${this.enter} onMouseLeave=${this.leave} onFocusIn=${this.enter} onFocusOut=${this.leave}>
      ${m.quote ? html`<${QuoteLine} room=${m.room_id} seq=${m.reply_to} quote=${m.quote} />` : null}
      ${joined ? null : html`<${Avatar} name=${m.author.username} />`}
      <div class="head">
        ${joined ? null : html`<button type="button" tabindex="-1" class=${"name " + tint(m.author.username)} onClick=${() => showPerson(m.author.username)}>${name}</button> `}
        <a class="time" tabindex="-1" href=${`/r/${m.room_id}/${m.seq}`} title=${active ? exact(m.created_at) : undefined}><time dateTime=${m.created_at}>${clock(m.created_at)}</time></a>
        ${m.pinned ? html` <span class="sign">pinned</span>` : null}
      </div>
      <div class=${m.edited_at ? "body edited" : "body"}>${this.body(action)}</div>
      ${m.reactions ? html`<${Reactions} message=${m} />` : null}
      ${active ? html`<${Toolbar} room=${this.props.room} message=${m} />` : null}
    </article>`;
  }

  /** @param {boolean} action */
  body(action) {
    const { message: m, room } = this.props;
    if (m.deleted) return html`<p class="gone">This message was deleted.</p>`;
    const edited = m.edited_at ? html` <span class="sign" title=${exact(m.edited_at)}>${mayLookBack(room, m)
      ? html`<button type="button" tabindex="-1" class="link" aria-label="edited: what it said before (v)" onClick=${() => lookBack(m)}>edited</button>` : "edited"}</span>` : null;
    if (action) return html`<p class="plain action">* ${line(m.author.username)} ${visible(m.content.slice(4))}${edited}</p>`;
    return html`${drawText(m.content, m.nodes)}${edited}`;
  }
}

/** @param {{room: number, seq?: number, quote: Quote}} props */
function QuoteLine({ room, seq, quote }) {
  const text = quote.deleted ? "deleted" : line(quote.text);
  return html`<p class="quoted">${seq ? html`<a tabindex="-1" href=${`/r/${room}/${seq}`} aria-label=${`answers ${line(quote.username)}: ${text}`}>
    <span aria-hidden="true">↱ </span><b class=${tint(quote.username)}>${line(quote.username)}</b> ${text}</a>` : text}</p>`;
}

/** @param {{message: Message}} props */
function Reactions({ message: m }) {
  return html`<ul class="reactions" aria-label="Reactions">${(m.reactions ?? []).map((r) => {
    const who = list(r.usernames.slice(0, 20).map(line));
    return html`<li key=${r.emoji}><button type="button" tabindex="-1" aria-pressed=${r.mine} title=${who}
      aria-label=${`${line(r.emoji)} ${r.count}: ${who}`} onClick=${() => react(m, r.emoji)}>${line(r.emoji)} <span>${r.count}</span></button></li>`;
  })}</ul>`;
}

/** @param {{room: Room, message: Message}} props */
function Toolbar({ room, message: m }) {
  const mine = isMe(m.author.username), open = room.joined && !m.deleted && !room.info.value.archived;
  return html`<div class="toolbar" role="toolbar" aria-label="Message">
    <span class="exact">${exact(m.created_at)}</span>
    ${open ? html`
      <${IconButton} icon="smile" label="React (+)" onClick=${() => { dialog.value = { name: "react", message: m }; }} />
      <${IconButton} icon="reply" label="Reply (r)" onClick=${() => reply(room, m)} />
      ${mine ? html`<${IconButton} icon="edit" label="Edit (e)" onClick=${() => edit(room, m)} />` : null}
      ${mayPin(room) ? html`<${IconButton} icon="pin" label=${m.pinned ? "Unpin (p)" : "Pin (p)"} onClick=${() => pin(m)} />` : null}
      ${mayDelete(room, m) ? html`<${IconButton} icon="trash" label="Delete (d)" onClick=${() => remove(m)} />` : null}` : null}
    ${m.deleted ? null : html`<${IconButton} icon="copy" label="Copy text (c)" onClick=${() => copy(m.content, "Text")} />`}
    <${IconButton} icon="link" label="Copy link (l)" onClick=${() => copy(linkTo(m), "Link")} />
  </div>`;
}

/** @param {{pending: Pending, joined: boolean}} props a message of mine that is not stored yet */
export function PendingRow({ pending: p, joined }) {
  const failed = p.state === "failed", name = me.value?.username ?? "";
  return html`<article class=${"message pending" + (failed ? " failed" : "") + (joined ? " joined" : "")} aria-label=${failed ? "Not sent" : "Being sent"}>
    ${p.quote ? html`<${QuoteLine} room=${p.room} seq=${p.reply_to} quote=${p.quote} />` : null}
    ${joined ? null : html`<${Avatar} name=${name} />`}
    <div class="head">${joined ? null : html`<b class=${"name " + tint(name)}>${line(name)}</b> `}<span class="sign">${failed ? "! not sent: " + (p.why ?? "") : "… sending"}</span></div>
    <div class="body"><p class="plain">${visible(p.content)}</p>
      ${failed ? html`<p><button type="button" onClick=${() => retry(p.nonce)}>Send again</button> <button type="button" onClick=${() => discard(p.nonce)}>Discard</button></p>` : null}
    </div>
  </article>`;
}
