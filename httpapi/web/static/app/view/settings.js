// The settings of a room: mine, and for those who keep it, the room's.

import { useEffect, useState } from "preact/hooks";
import { closeDialog, dialog } from "../actions.js";
import { call, part } from "../api.js";
import { configure, deleteRoom, leaveRoom, roomPath } from "../commands.js";
import { isMe } from "../people.js";
import { current } from "../rooms.js";
import { line } from "../text.js";
import { Dialog, Form, attempt, html, tell } from "../ui.js";
import { loadMembers, memberChanges } from "./members.js";

/** @typedef {import("../rooms.js").Room} Room */

export function RoomSettings() {
  const room = current.value;
  if (!room) return null;
  const { role, kind, title, room: name } = room.info.value;
  const keeps = kind !== "direct" && (role === "owner" || role === "moderator");
  return html`<${Dialog} title=${"Settings of " + line(title)} close=${closeDialog} kind="broad">
    <${Mine} room=${room} />
    ${keeps ? html`<${About} room=${room} />` : null}
    ${kind !== "direct" ? html`<${People} room=${room} />` : null}
    ${kind !== "direct" && name !== "lobby" ? html`<${End} room=${room} />` : null}<//>`;
}

const ways = { all: "every message", mentions: "messages that mention me", none: "nothing" };

/** @param {{room: Room}} props */
function Mine({ room }) {
  const { muted, notify } = room.info.value;
  return html`<section><h3>Notices</h3>
    <label class="choice"><input type="checkbox" checked=${Boolean(muted)} onChange=${(/** @type {any} */ e) => attempt(configure(room, { muted: e.target.checked }))} /> Mute: count nothing of this room</label>
    <fieldset><legend>What calls me</legend>${Object.entries(ways).map(([way, words]) => html`<label class="choice" key=${way}>
      <input type="radio" name="notify" checked=${notify === way} onChange=${() => attempt(configure(room, { notify: /** @type {Notify} */ (way) }))} /> ${words}</label>`)}</fieldset></section>`;
}

/** @param {{room: Room}} props */
function About({ room }) {
  const { topic, room: name, role } = room.info.value;
  const change = async (/** @type {Record<string, string>} */ f) => {
    await call("PATCH", roomPath(room), { ...f.topic !== (topic ?? "") && { topic: f.topic }, ...f.name && f.name !== name && { name: f.name } });
    tell("The room was changed.");
  };
  return html`<section><h3>The room</h3><${Form} submit=${change} label="Save" kind="keep">
    ${role === "owner" && name !== "lobby" ? html`<label>Name<input name="name" defaultValue=${name} required maxlength="32" autocapitalize="none" autocomplete="off" /></label>` : null}
    <label>Topic<input name="topic" defaultValue=${topic} maxlength="250" autocomplete="off" /></label><//></section>`;
}

/** @param {{room: Room}} props */
function People({ room }) {
  const [members, setMembers] = useState(/** @type {Member[]} */ ([]));
  const { role, kind, room: name } = room.info.value, changes = memberChanges.value;
  const keeps = role === "owner" || role === "moderator";
  useEffect(() => { attempt(loadMembers(room.id)).then((page) => page && setMembers(page.members)); }, [room, changes]);
  const invite = async (/** @type {Record<string, string>} */ f) => {
    await call("PUT", `${roomPath(room)}/members/${part(f.username.replace(/^@/, ""))}`, {});
    tell(`${f.username} is invited.`);
  };
  return html`<section><h3>Members</h3>
    ${keeps || kind === "public" && room.joined ? html`<${Form} submit=${invite} label="Invite"><label>Name<input name="username" required minlength="3" autocapitalize="none" autocomplete="off" /></label><//>` : null}
    <ul class="people">${members.map((m) => html`<${MemberLine} key=${m.user_id} room=${room} member=${m} keeps=${keeps && name !== "lobby"} />`)}</ul></section>`;
}

/** @param {{room: Room, member: Member, keeps: boolean}} props */
function MemberLine({ room, member: m, keeps }) {
  const where = `${roomPath(room)}/members/${part(m.username)}`, own = isMe(m.username);
  const setRole = async (/** @type {any} */ e) => {
    await attempt(call("PUT", where, { role: e.target.value }));
    memberChanges.value++; // what was refused is shown as it is
  };
  return html`<li><span>${line(m.username)}</span>
    ${room.info.value.role === "owner" && m.role !== "invited" ? html`<select aria-label=${"Role of " + line(m.username)} value=${m.role} onChange=${setRole}>
      ${["member", "moderator", "owner"].map((r) => html`<option key=${r} value=${r}>${r}</option>`)}</select>` : html`<small>${m.role}</small>`}
    ${keeps && !own ? html`<button type="button" onClick=${() => attempt(call("DELETE", where))}>${m.role === "invited" ? "Take back" : "Remove"}</button>` : null}</li>`;
}

/** @param {{room: Room}} props */
function End({ room }) {
  const { role, title, archived } = room.info.value;
  const ask = (/** @type {string} */ question, /** @type {string} */ text, /** @type {string} */ label, /** @type {() => Promise<unknown>} */ work) =>
    () => { dialog.value = { name: "confirm", title: question, text, label, work }; };
  return html`<section><h3>Leaving</h3><p class="buttons">
    <button type="button" onClick=${ask(`Leave ${line(title)}?`, "You can join a public room again; to a private one you have to be invited.", "Leave", () => leaveRoom(room))}>Leave the room</button>
    ${role === "owner" ? html`<button type="button" onClick=${() => attempt(call("PATCH", roomPath(room), { archived: !archived }))}>${archived ? "Take it out of the archive" : "Archive it"}</button>
      <button type="button" class="danger" onClick=${ask(`Delete ${line(title)}?`, "The room and all that was said in it are gone for good.", "Delete the room", () => deleteRoom(room))}>Delete it</button>` : null}
  </p></section>`;
}
