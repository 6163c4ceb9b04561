// Completion of @name, #room, :emoji: and /command.

import { call, part } from "./api.js";
import { words } from "./commands.js";
import { searchEmoji } from "./emoji.js";
import { mine } from "./rooms.js";
import { fold } from "./text.js";

/** @typedef {{text: string, label: string, detail?: string}} Choice */
/** @typedef {{from: number, to: number, choices: Choice[]}} Completion */

const mostChoices = 8;

/**
 * @param {import("./rooms.js").Room} room
 * @param {string} text
 * @param {number} cursor
 * @returns {Promise<Completion | null>}
 */
export async function complete(room, text, cursor) {
  const word = /(?:^|[\s(])([@#:][\w+-]*|^\/[a-z]*)$/i.exec(text.slice(0, cursor));
  if (!word) return null;
  const [, typed] = word, letters = fold(typed.slice(1));
  if (typed[0] === ":" && letters.length < 2) return null;
  const choices = (await finders[typed[0]](letters, room)).slice(0, mostChoices);
  return choices.length ? { from: cursor - typed.length, to: cursor, choices } : null;
}

/** @type {Record<string, (letters: string, room: import("./rooms.js").Room) => Promise<Choice[]>>} */
const finders = {
  "@": async (letters, room) => {
    const spoke = room.timeline.messages.map((m) => m.author.username).reverse();
    const { usernames } = room.info.value;
    const members = usernames ?? (await call("GET", `/rooms/${part(room.id)}/members?limit=20&prefix=${part(letters)}`)
      .then((page) => page.members.map((/** @type {Member} */ m) => m.username)).catch(() => []));
    const names = [...new Set([...spoke.filter((name) => members.includes(name)), ...members, "here", "room"])];
    const whole = (/** @type {string} */ name) => Number(fold(name) === letters);
    return names.filter((name) => fold(name).startsWith(letters)).sort((a, b) => whole(b) - whole(a)).map((name) => ({ text: `@${name} `, label: "@" + name }));
  },
  "#": async (letters) => mine.value.map((r) => r.info.value).filter((info) => info.room?.startsWith(letters))
    .map((info) => ({ text: `#${info.room} `, label: "#" + info.room, detail: info.topic })),
  ":": async (letters) => (await searchEmoji(letters)).map(({ name, emoji }) => ({ text: emoji + " ", label: emoji, detail: `:${name}:` })),
  "/": async (letters) => Object.entries((await words()).commands).filter(([name]) => name.startsWith(letters))
    .map(([name, [args, does]]) => ({ text: `/${name} `, label: `/${name} ${args}`, detail: does })),
};
