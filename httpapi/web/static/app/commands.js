// What can be typed after a slash. The words are the terminal's.

import { dialog, membersOpen, react } from "./actions.js";
import { call, part } from "./api.js";
import { emojiTable } from "./emoji.js";
import { keep, kept } from "./kept.js";
import { me, setPresence, stateWords } from "./people.js";
import { current, find } from "./rooms.js";
import { post } from "./outbox.js";
import { go } from "./route.js";
import { chooseTheme } from "./looks.js";
import { line } from "./text.js";
import { tell } from "./ui.js";

/** @typedef {import("./rooms.js").Room} Room */
/** @typedef {{name: string, run: (args: string, room: Room) => unknown}} Command */

/** @type {Promise<Words> | null} */
let loading = null;

/** @returns {Promise<Words>} what the help says of keys and commands; it is loaded when it is first wanted */
export function words() {
  loading ??= fetch(new URL("../words.json", import.meta.url)).then((answer) => answer.ok ? answer.json() : Promise.reject(new Error("the help cannot be loaded"))).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** @param {Room} room */
export const roomPath = (room) => `/rooms/${part(room.id)}`;

/** @param {Room} room @param {string} name */
const member = (room, name) => `${roomPath(room)}/members/${part(name.replace(/^@/, ""))}`;

/** @param {State} state */
const presence = (state) => async (/** @type {string} */ status) => {
  await setPresence({ state, status });
  tell(`You are shown as ${stateWords[state]}${status && ": " + status}.`);
};

/** @param {string} name @returns {Promise<void>} joins a room and goes there */
export async function join(name) {
  const room = await find(name.replace(/^#/, ""));
  if (!room.joined) await call("PUT", `${roomPath(room)}/members/${part(me.value?.username ?? "")}`, {});
  await find(room.id);
  go("/r/" + room.id);
}

/** @param {string} names @returns {Promise<Room>} opens a direct conversation */
export async function converse(names) {
  const members = names.split(",").map((name) => name.trim().replace(/^@/, "")).filter(Boolean);
  const info = await call("POST", "/rooms", { kind: "direct", members });
  const room = await find(info.room_id);
  go("/r/" + room.id);
  return room;
}

/** @param {Room} room @param {string} what is deleted: the room, or my membership */
async function end(room, what) {
  const here = room === current.value;
  await call("DELETE", what);
  if (kept("room", 0) === room.id) keep("room", undefined);
  if (here) go("/");
}

/** @param {Room} room */
export const leaveRoom = (room) => end(room, member(room, me.value?.username ?? ""));

/** @param {Room} room */
export const deleteRoom = (room) => end(room, roomPath(room));

/** @type {Command[]} */
export const commands = [
  { name: "join", run: (args) => join(needed(args, "/join general")) },
  { name: "part", run: async (args, room) => leaveRoom(args ? await find(args.replace(/^#/, "")) : room) },
  {
    name: "msg",
    run: async (args) => {
      const [, names, text] = /** @type {RegExpExecArray} */ (/^(\S+)\s*([^]*)$/.exec(needed(args, "/msg bob hello")));
      const room = await converse(names);
      if (text) post(room.id, text);
    },
  },
  { name: "rooms", run: () => go("/browse") },
  {
    name: "create",
    run: async (args) => {
      const [name, kind = "public"] = needed(args, "/create garden, or /create garden private").split(/\s+/);
      const info = await call("POST", "/rooms", { name: name.replace(/^#/, ""), kind });
      go("/r/" + (await find(info.room_id)).id);
    },
  },
  { name: "me", run: (args, room) => post(room.id, "/me " + needed(args, "/me waves")) },
  {
    name: "react",
    run: async (args, room) => {
      const wanted = needed(args, "/react :+1:"), name = wanted.replace(/:/g, "");
      const named = (await emojiTable()).find((e) => e.name === name);
      const newest = room.timeline.messages.findLast((m) => !m.deleted);
      if (!newest) throw new Error("there is no message to react to");
      await react(newest, named?.emoji ?? wanted);
    },
  },
  {
    name: "topic",
    run: async (args, room) => {
      if (!args) return tell(room.info.value.topic ? "The topic is: " + line(room.info.value.topic) : "There is no topic.");
      await call("PATCH", roomPath(room), { topic: args === "-" ? "" : args });
    },
  },
  { name: "invite", run: (args, room) => call("PUT", member(room, needed(args, "/invite bob")), {}) },
  { name: "kick", run: (args, room) => call("DELETE", member(room, needed(args, "/kick bob"))) },
  {
    name: "role",
    run: (args, room) => {
      const [name, role = ""] = needed(args, "/role bob moderator").split(/\s+/);
      return call("PUT", member(room, name), { role: needed(role, "/role bob moderator") });
    },
  },
  { name: "rename", run: (args, room) => call("PATCH", roomPath(room), { name: needed(args, "/rename garden").replace(/^#/, "") }) },
  {
    name: "archive",
    run: (args, room) => {
      if (args && args !== "undo") throw new Error("say /archive, or /archive undo"); // not a name: it would not be the room's
      return call("PATCH", roomPath(room), { archived: !args });
    },
  },
  {
    name: "delete",
    run: async (args, room) => {
      const { room: name } = room.info.value;
      if (!name) throw new Error("a direct conversation is not deleted");
      if (args.replace(/^#/, "") !== name) throw new Error(`to delete this room and all that is in it, say /delete ${line(name)}`);
      await deleteRoom(room);
    },
  },
  { name: "who", run: () => { membersOpen.value = true; } },
  { name: "whois", run: (args) => { dialog.value = { name: "person", username: needed(args, "/whois bob").replace(/^@/, "") }; } },
  { name: "away", run: presence("away") },
  { name: "dnd", run: presence("dnd") },
  { name: "back", run: () => presence("online")("") },
  { name: "mute", run: (_, room) => configure(room, { muted: !room.info.value.muted }) },
  { name: "notify", run: (args, room) => configure(room, { notify: /** @type {Notify} */ (needed(args, "/notify mentions")) }) },
  { name: "pin", run: () => tell("Choose a message with Up and Down; p pins or unpins it.") },
  { name: "pins", run: () => { dialog.value = { name: "pins" }; } },
  { name: "theme", run: (args) => chooseTheme(needed(args, "/theme dark")) },
  { name: "help", run: () => { dialog.value = { name: "help" }; } },
];

/** @param {Room} room @param {{muted?: boolean, notify?: Notify}} change */
export async function configure(room, change) {
  await call("PUT", `${roomPath(room)}/settings`, change);
  room.set(change);
}

/** @param {string} args @param {string} example */
function needed(args, example) {
  if (!args) throw new Error("say " + example);
  return args;
}

/**
 * Runs a line that begins with a slash.
 * @param {string} text
 * @param {Room} room
 */
export async function runCommand(text, room) {
  const [, name, args] = /** @type {RegExpExecArray} */ (/^\/(\S*)\s*([^]*)$/.exec(text));
  const command = commands.find((c) => c.name === name);
  if (!command) throw new Error(unknown(name));
  await command.run(args.trim(), room);
}

/** @param {string} name */
function unknown(name) {
  const near = commands.map((c) => ({ name: c.name, far: distance(name, c.name) })).sort((a, b) => a.far - b.far)[0];
  const text = `unknown command /${name.slice(0, 20)}`;
  return near.far <= Math.max(1, Math.floor(name.length / 2)) ? `${text} – did you mean /${near.name}?` : `${text} – /help lists them; begin with // to send a slash`;
}

// How many letters are put in, left out or replaced between two words.
/** @param {string} a @param {string} b */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
