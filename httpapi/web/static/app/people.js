// Who I am, and how present the others are.

import { signal } from "@preact/signals";
import { call, part } from "./api.js";
import { on } from "./live.js";
import { fold, same } from "./text.js";

/** @type {import("@preact/signals").Signal<User | null>} */
export const me = signal(null);

/** @type {import("@preact/signals").Signal<Map<string, Person>>} by folded name */
export const people = signal(new Map());

/** @param {Person[]} seen */
export function meet(seen) {
  const known = new Map(people.value);
  for (const person of seen) {
    known.set(fold(person.username), person);
  }
  people.value = known;
}

/** @param {string} name @returns {Person} */
export const person = (name) => people.value.get(fold(name)) ?? { username: name, state: "offline" };

/** @param {string} name */
export const isMe = (name) => me.value !== null && same(name, me.value.username);

/** @param {number} room */
export async function lookAround(room) {
  const { users } = await call("GET", `/rooms/${part(room)}/here`);
  meet(users);
}

export async function loadMe() {
  me.value = await call("GET", "/me");
}

/** @param {{state?: State, status?: string}} change */
export async function setPresence(change) {
  me.value = { .../** @type {User} */ (me.value), ...await call("PATCH", "/me", change) };
}

export const stateWords = { online: "online", away: "away", dnd: "do not disturb", offline: "offline" };

on("presence", (line) => {
  meet(line.users);
  // What I chose on another screen: the line has what follows of it, as being away after a while.
  if (line.users.some((user) => isMe(user.username))) loadMe().catch(() => {});
});
on("down", () => { people.value = new Map(); });
