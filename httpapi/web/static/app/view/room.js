// A room: its head, its timeline, who types, and the composer.

import { useEffect, useLayoutEffect } from "preact/hooks";
import { dialog, membersOpen } from "../actions.js";
import { join, leaveRoom } from "../commands.js";
import { typists } from "../own.js";
import { lookAround } from "../people.js";
import { enterRoom } from "../rooms.js";
import { takePlace } from "../route.js";
import { line, list } from "../text.js";
import { Icon, IconButton, attempt, html } from "../ui.js";
import { Composer } from "./composer.js";
import { Members } from "./members.js";
import { listOpen } from "./sidebar.js";
import { TimelineView } from "./timeline.js";

/** @typedef {import("../rooms.js").Room} Room */

/**
 * Brings the timeline of a room to where somebody wants to be: at a message, at
 * the place that was left, at the first unread message or at the end.
 * @param {Room} room
 * @param {number} [seq]
 */
function arrange(room, seq) {
  const { timeline } = room, { read, unread } = room.info.value, place = takePlace();
  timeline.giveUp();
  timeline.divider = room.joined ? read : Infinity; // to a guest nothing is unread
  if (seq || place?.seq) {
    const aim = place?.seq ? place : { seq, mark: true };
    if (timeline.loaded && timeline.find(aim.seq)) {
      timeline.following = false;
      timeline.aim = aim;
    } else {
      timeline.open(aim.seq, aim);
    }
  } else if (unread && read) {
    const first = timeline.messages[0]?.seq ?? Infinity;
    if (timeline.loaded && !timeline.hasAfter && first <= read) {
      timeline.following = false;
      timeline.aim = { unread: true };
    } else {
      timeline.open(read, { unread: true });
    }
  } else if (!timeline.loaded || timeline.hasAfter) {
    timeline.open();
  } else {
    timeline.following = true;
    timeline.aim = { end: true };
  }
  timeline.touch();
}

/** @param {{room: Room, seq?: number, visit: object}} props */
export function RoomView({ room, seq, visit }) {
  const { role, kind } = room.info.value;
  const readable = role !== "invited";
  useLayoutEffect(() => {
    enterRoom(room);
    if (readable) arrange(room, seq);
  }, [room, visit, readable]);
  useEffect(() => {
    if (readable) lookAround(room.id).catch(() => {});
  }, [room, readable]);
  return html`<main class="room-view" id="main" tabindex="-1" aria-label=${line(room.info.value.title)}>
      <${Head} room=${room} />
      ${readable ? html`<${TimelineView} key=${room.id} room=${room} />` : html`<${Invitation} room=${room} />`}
      ${readable ? html`<${Typing} room=${room} />` : null}
      ${room.joined && !room.info.value.archived ? html`<${Composer} key=${room.id} room=${room} />` : null}
      ${room.info.value.archived ? html`<p class="closed">This room is archived: it can be read and no more.</p>` : null}
      ${!role && kind === "public" && !room.info.value.archived ? html`<div class="closed">You are looking at ${line(room.info.value.title)} from outside.
        <button type="button" class="primary" onClick=${() => attempt(join(String(room.id)))}>Join</button></div>` : null}
    </main>
    ${membersOpen.value && readable ? html`<${Members} key=${room.id} room=${room} />` : null}`;
}

/** @param {{room: Room}} props */
function Head({ room }) {
  const info = room.info.value;
  return html`<header class="room-head">
    <${IconButton} icon="menu" label="Rooms" class="icon-button only-narrow" aria-expanded=${listOpen.value} aria-controls="rooms" onClick=${() => { listOpen.value = !listOpen.value; }} />
    <h1>${line(info.title)}</h1>
    <p class="topic" title=${line(info.topic ?? "")}>${line(info.topic ?? "")}</p>
    ${info.role === "invited" ? null : html`
      <${IconButton} icon="pin" label="Pinned messages" onClick=${() => { dialog.value = { name: "pins" }; }} />
      <button type="button" class="icon-button wide" aria-label=${`Members: ${info.members}`} title="Members" aria-expanded=${membersOpen.value}
        onClick=${() => { membersOpen.value = !membersOpen.value; }}><${Icon} name="people" /><span>${info.members}</span></button>
      ${room.joined ? html`<${IconButton} icon="gear" label="Room settings" onClick=${() => { dialog.value = { name: "room" }; }} />` : null}`}
  </header>`;
}

/** @param {{room: Room}} props */
function Invitation({ room }) {
  const { title, topic } = room.info.value;
  return html`<div class="cover"><h2>You are invited to ${line(title)}</h2><p>${line(topic ?? "")}</p>
    <p><button type="button" class="primary" onClick=${() => attempt(join(String(room.id)))}>Join</button>
    <button type="button" onClick=${() => attempt(leaveRoom(room))}>Decline</button></p></div>`;
}

const mostNamed = 3;

/** @param {{room: Room}} props who is typing; the line keeps its height */
function Typing({ room }) {
  const names = typists.value.filter((t) => t.room === room.id).map((t) => line(t.username));
  const text = names.length > mostNamed ? "several people are typing" : names.length ? `${list(names)} ${names.length > 1 ? "are" : "is"} typing` : "";
  return html`<p class="typing" aria-live="off">${text && text + " …"}</p>`;
}
