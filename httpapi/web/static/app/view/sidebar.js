// The list of rooms, and who I am.

import { signal } from "@preact/signals";
import { closeDialog, dialog } from "../actions.js";
import { isMe, me, people, person, stateWords } from "../people.js";
import { calls, current, mine } from "../rooms.js";
import { capped, count, fold, line } from "../text.js";
import { Avatar, Icon, IconButton, html } from "../ui.js";

/** Whether the list is shown where it does not fit beside the room. */
export const listOpen = signal(false);

const groups = [
  { title: "Invitations", has: (/** @type {RoomInfo} */ r) => r.role === "invited" },
  { title: "Rooms", has: (/** @type {RoomInfo} */ r) => r.role !== "invited" && r.kind !== "direct" },
  { title: "Direct", has: (/** @type {RoomInfo} */ r) => r.role !== "invited" && r.kind === "direct" },
];

export function Sidebar() {
  return html`<nav class=${"sidebar" + (listOpen.value ? " open" : "")} id="rooms" aria-label="Rooms">
    <header><strong class="brand">Parley</strong>
      <${IconButton} icon="search" label="Find a room (Ctrl+K)" onClick=${() => { dialog.value = { name: "switch" }; }} />
      <${IconButton} icon="plus" label="New room or conversation" onClick=${() => { dialog.value = { name: "create" }; }} />
    </header>
    <div class="list">${groups.map(({ title, has }) => {
      const rooms = mine.value.filter((room) => has(room.info.value));
      if (!rooms.length && title === "Invitations") return null;
      return html`<section key=${title}><h2>${title}</h2><ul>${rooms.map((room) => html`<${RoomLine} key=${room.id} room=${room} />`)}</ul>
        ${title === "Rooms" ? html`<a class="more" href="/browse">Browse public rooms</a>` : null}</section>`;
    })}</div>
    <${Me} />
  </nav>`;
}

/** @param {{room: import("../rooms.js").Room}} props */
function RoomLine({ room }) {
  const info = room.info.value, here = current.value === room;
  const unread = info.muted ? 0 : info.unread, calling = info.muted ? 0 : calls(info);
  const mentions = info.muted || info.kind === "direct" ? 0 : info.mentions;
  const said = [info.archived && "archived", info.muted && "muted", unread && count(unread, "unread message"),
    mentions && count(mentions, "mention")].filter(Boolean).join(", ");
  const partner = info.kind === "direct" ? (info.usernames ?? []).find((name) => !isMe(name)) : undefined;
  return html`<li><a href=${"/r/" + room.id} class=${"room" + (unread ? " fresh" : "") + (info.muted ? " muted" : "")}
    aria-current=${here ? "page" : undefined}>
    ${partner && info.usernames?.length === 2 ? html`<${Presence} name=${partner} />` : null}
    <span class="title">${line(info.title)}</span>
    ${info.muted ? html`<${Icon} name="mute" />` : null}
    ${said ? html`<span class="unseen">, ${said}</span>` : null}
    ${unread ? html`<span aria-hidden="true" class=${"count" + (calling ? " calls" : "")}>${mentions ? "@" : ""}${capped(unread)}</span>` : null}
  </a></li>`;
}

/** @param {{name: string}} props a sign whose shape differs as well as its colour */
export function Presence({ name }) {
  const { state } = person(name);
  return html`<span class=${"presence " + state} role="img" aria-label=${stateWords[state]} title=${stateWords[state]}></span>`;
}

function Me() {
  const user = me.value;
  if (!user) return null;
  const { state = "online" } = people.value.get(fold(user.username)) ?? user; // shown, or chosen
  return html`<footer><a href="/account" class="me" onClick=${closeDialog}>
    <${Avatar} name=${user.username} /><span><b>${line(user.username)}</b>
    <small>${line(user.status || stateWords[state])}</small></span><${Icon} name="gear" /></a></footer>`;
}
