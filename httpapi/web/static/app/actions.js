// What one does with a message.

import { signal } from "@preact/signals";
import { call, part } from "./api.js";
import { isMe } from "./people.js";
import { line, visible } from "./text.js";
import { attempt, tell } from "./ui.js";

/** @typedef {import("./rooms.js").Room} Room */

/** The dialog that is open: its name, and what it is about. */
export const dialog = signal(/** @type {{name: string, [more: string]: any} | null} */ (null));

export const closeDialog = () => { dialog.value = null; };

/** @param {string} username */
export const showPerson = (username) => { dialog.value = { name: "person", username }; };

const wide = matchMedia("(min-width: 70rem)");

/** Whether the list of members is shown. */
export const membersOpen = signal(wide.matches);

wide.addEventListener("change", () => { membersOpen.value = wide.matches; });

const quoteLength = 120;

/** @param {Message} m */
export const at = (m) => `/rooms/${part(m.room_id)}/messages/${m.seq}`;

/**
 * @param {Room} room
 * @param {Message} m
 */
export const mayDelete = (room, m) => isMe(m.author.username) || room.info.value.role === "owner" || room.info.value.role === "moderator";

/** @param {Room} room @param {Message} m whether what it said before is for me to see */
export const mayLookBack = (room, m) => Boolean(m.edited_at) && !m.deleted && mayDelete(room, m);

/** @param {Message} m */
export const lookBack = (m) => { dialog.value = { name: "versions", message: m }; };

/** @param {Room} room */
export function mayPin(room) {
  const { role, kind } = room.info.value;
  return role === "owner" || role === "moderator" || kind === "direct";
}

/** @param {Room} room @param {Message} m */
export function reply(room, m) {
  const text = line(m.content).slice(0, quoteLength);
  room.answer.value = { kind: "reply", seq: m.seq, quote: { username: m.author.username, text } };
}

/** @param {Room} room @param {Message} m */
export function edit(room, m) {
  if (isMe(m.author.username)) room.answer.value = { kind: "edit", seq: m.seq, content: m.content };
}

/** @param {Message} m */
export function remove(m) {
  dialog.value = {
    name: "confirm", title: "Delete this message?", text: visible(m.content), label: "Delete",
    work: () => call("DELETE", at(m)),
  };
}

/** @param {Message} m @param {string} emoji */
export function react(m, emoji) {
  const mine = m.reactions?.find((r) => r.emoji === emoji)?.mine;
  return attempt(call(mine ? "DELETE" : "PUT", `${at(m)}/reactions/${encodeURIComponent(emoji)}`));
}

/** @param {Message} m */
export const pin = (m) => attempt(call(m.pinned ? "DELETE" : "PUT", `${at(m)}/pin`));

/** @param {Message} m */
export const linkTo = (m) => `${location.origin}/r/${m.room_id}/${m.seq}`;

/** @param {string} text @param {string} what */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied`);
  } catch {
    tell(`This browser does not let the page copy: ${text}`, true); // as without HTTPS
  }
}
