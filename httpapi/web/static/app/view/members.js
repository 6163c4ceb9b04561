// Who is in a room, those who are here first.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { dialog, membersOpen } from "../actions.js";
import { call, part } from "../api.js";
import { on } from "../live.js";
import { person } from "../people.js";
import { fold, line } from "../text.js";
import { Avatar, IconButton, html } from "../ui.js";
import { Presence } from "./sidebar.js";

/** @typedef {import("../rooms.js").Room} Room */

/** Counts the changes of members, of whatever room. */
export const memberChanges = signal(0);
on("member", () => { memberChanges.value++; });
on("presence", (line) => {
  if (line.users.some((user) => !listed.has(fold(user.username)))) memberChanges.value++; // somebody is new
});

/** @type {Set<string>} the folded names that are in the list */
let listed = new Set();

const memberPage = 100;

/**
 * @param {number} room
 * @param {string} prefix
 * @returns {Promise<{members: Member[], next?: number}>}
 */
export const loadMembers = (room, prefix = "") => call("GET", `/rooms/${part(room)}/members?limit=${memberPage}&prefix=${part(prefix)}`);

/** @param {{room: Room}} props */
export function Members({ room }) {
  const [members, setMembers] = useState(/** @type {Member[]} */ ([]));
  const [prefix, setPrefix] = useState("");
  const [more, setMore] = useState(false);
  const changes = memberChanges.value;
  useEffect(() => {
    let wanted = true;
    const later = setTimeout(() => loadMembers(room.id, prefix).then((page) => {
      if (!wanted) return;
      setMembers(page.members);
      listed = new Set(page.members.map((m) => fold(m.username)));
      if (!prefix && !page.next) room.set({ members: page.members.filter((m) => m.role !== "invited").length });
      setMore(Boolean(page.next));
    }).catch(() => {}), members.length ? 200 : 0);
    return () => { wanted = false; clearTimeout(later); };
  }, [room, prefix, changes]);
  const here = members.filter((m) => m.role !== "invited" && person(m.username).state !== "offline");
  const away = members.filter((m) => m.role !== "invited" && !here.includes(m));
  const invited = members.filter((m) => m.role === "invited");
  return html`<aside class="members" aria-label="Members">
    <header><h2>Members</h2><${IconButton} icon="close" label="Close the list of members" onClick=${() => { membersOpen.value = false; }} /></header>
    ${more || prefix ? html`<input type="search" aria-label="Find a member" placeholder="Find a member" value=${prefix} onInput=${(/** @type {any} */ e) => setPrefix(fold(e.target.value.trim()))} />` : null}
    <div class="list"><${Group} title="Here" members=${here} /><${Group} title="Not here" members=${away} /><${Group} title="Invited" members=${invited} />
    ${more ? html`<p class="hint">And more: type the beginning of a name.</p>` : null}</div>
  </aside>`;
}

/** @param {{title: string, members: Member[]}} props */
function Group({ title, members }) {
  if (!members.length) return null;
  const sorted = [...members].sort((a, b) => fold(a.username).localeCompare(fold(b.username)));
  return html`<section><h3>${title} <small>${members.length}</small></h3><ul>${sorted.map((m) => {
    const { status } = person(m.username);
    return html`<li key=${m.user_id}><button type="button" class="person" onClick=${() => { dialog.value = { name: "person", username: m.username }; }}>
      <${Avatar} name=${m.username} /><span><b>${line(m.username)}</b> ${m.role === "member" || m.role === "invited" ? null : html`<small>${m.role}</small>`}
      ${status ? html`<small class="status">${line(status)}</small>` : null}</span><${Presence} name=${m.username} /></button></li>`;
  })}</ul></section>`;
}
