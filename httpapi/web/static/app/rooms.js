// The rooms I am in or look into, kept in step by the lines of the WebSocket.

import { batch, computed, signal } from "@preact/signals";
import { Problem, call, part, sleep } from "./api.js";
import { expect, link, on, passing, say } from "./live.js";
import { isMe, lookAround, me } from "./people.js";
import { wherePlace } from "./route.js";
import { Timeline } from "./timeline.js";

const keptTimelines = 4;
const longGap = 500; // events: what was missed beyond it is loaded anew, not replayed

/** @typedef {{kind: "reply", seq: number, quote: Quote} | {kind: "edit", seq: number, content: string}} Answer */

export class Room {
  /** @param {RoomInfo} info */
  constructor(info) {
    this.id = info.room_id;
    this.info = signal(info);
    this.seen = info.head; // the newest event that arrived
    this.counted = info.head; // events up to here are in the server's counts
    this.timeline = new Timeline(info.room_id);
    this.lastUsed = 0;
    /** @type {import("@preact/signals").Signal<Answer | null>} */
    this.answer = signal(null); // what the composer writes for
    this.following = false; // asked for on this connection
    this.followed = false; // and granted
    this.stored = info.read; // my marker as the server has it
    this.draftSaved = 0; // when a draft was last saved from here
  }

  /** @param {Partial<RoomInfo>} change */
  set(change) {
    this.info.value = { ...this.info.value, ...change };
  }

  get joined() {
    const { role } = this.info.value;
    return Boolean(role) && role !== "invited";
  }

  /** Asks for everything after what arrived already, and then what happens. */
  follow() {
    this.followed = false;
    this.following = say({ type: "subscribe", room: String(this.id), after: this.seen }, true);
  }
}

/** @type {import("@preact/signals").Signal<Map<number, Room>>} */
export const rooms = signal(new Map());

/** Whether the rooms were loaded. */
export const known = signal(false);

/** The room that is looked at. */
export const current = signal(/** @type {Room | null} */ (null));

export const mine = computed(() => [...rooms.value.values()].filter((room) => room.info.value.role).sort((a, b) => order(a.info.value, b.info.value)));

export const invitations = computed(() => mine.value.filter((room) => room.info.value.role === "invited"));

/** What the title and the badge count: messages that call me. */
export const calling = computed(() => mine.value.reduce((sum, room) => sum + (quiet(room) ? 0 : calls(room.info.value)), 0));

/** @param {Room} room */
const quiet = (room) => Boolean(room.info.value.muted) || room.info.value.notify === "none";

/** @param {RoomInfo} info */
export const calls = (info) => info.kind === "direct" || info.notify === "all" ? info.unread : info.mentions;

/**
 * @param {RoomInfo} a
 * @param {RoomInfo} b
 */
function order(a, b) {
  const rank = (/** @type {RoomInfo} */ r) => r.room === "lobby" ? 0 : r.kind === "direct" ? 2 : 1;
  return rank(a) - rank(b) || a.title.localeCompare(b.title);
}

/** @param {RoomInfo} info @returns {Room} */
export function learn(info) {
  const room = rooms.value.get(info.room_id);
  if (!room) {
    const made = new Room(info);
    rooms.value = new Map(rooms.value).set(made.id, made);
    return made;
  }
  const { draft, ...rest } = info, { read, unread, mentions } = room.info.value;
  room.stored = info.read;
  if (rest.read < read) Object.assign(rest, { read, unread, mentions }); // my marker is on its way
  room.info.value = { ...room.info.value, topic: undefined, archived: undefined, muted: undefined, role: undefined, ...rest };
  room.counted = Math.max(room.counted, info.head);
  return room;
}

/** @param {number} id */
export function forgetRoom(id) {
  const left = new Map(rooms.value);
  left.delete(id);
  rooms.value = left;
  if (current.value?.id === id) current.value = null;
}

export async function loadRooms() {
  const asked = performance.now();
  const { rooms: infos } = await call("GET", "/rooms");
  batch(() => {
    const ids = new Set(infos.map((/** @type {RoomInfo} */ info) => info.room_id));
    for (const room of rooms.value.values()) {
      if (!ids.has(room.id) && room.info.value.role) gone(room);
    }
    for (const info of infos) {
      const before = rooms.value.get(info.room_id);
      const room = learn(info);
      if (before && room.draftSaved < asked && (info.draft ?? "") !== (room.info.value.draft ?? "")) drafted(room, info.draft ?? "");
    }
    known.value = true;
  });
}

/** @type {(room: Room, content: string) => void} */
let drafted = () => {};

/** @param {(room: Room, content: string) => void} listener hears of a draft from another screen */
export function onDraft(listener) {
  drafted = listener;
}

/**
 * @param {string | number} address a name, @somebody or an id
 * @returns {Promise<Room>}
 */
export async function find(address) {
  const room = learn(await call("GET", "/rooms/" + part(address)));
  if (!room.following && !room.timeline.loaded && !room.timeline.loading.size) room.seen = room.info.value.head;
  if (!room.following && room.info.value.role !== "invited") room.follow();
  return room;
}

// After a connection was lost everything may have happened. The list says how
// the rooms stand; what a timeline shows is filled up from where it ends.
async function catchUp() {
  for (let wait = 1000; ; wait = Math.min(2 * wait, 30_000)) {
    try {
      await loadRooms();
      break;
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 401 || link.value !== "up") return;
      await sleep(wait);
    }
  }
  for (const room of rooms.value.values()) {
    const { head, role } = room.info.value;
    if (role === "invited" || !role && room !== current.value) continue;
    const { timeline } = room;
    if (!timeline.loaded && !timeline.loading.size) {
      room.seen = head;
    } else if (head - room.seen > longGap) {
      room.seen = head;
      // What is loaded may have been changed or deleted since.
      const place = room === current.value ? wherePlace() : null;
      if (place) timeline.open(place.seq, place);
      else if (room === current.value) timeline.open();
      else room.timeline = new Timeline(room.id);
    }
    room.follow();
  }
  for (const listener of caughtUp) listener();
}

/** @type {(() => void)[]} */
const caughtUp = [];

/** @param {() => void} listener hears when all rooms are followed again */
export function onCaughtUp(listener) {
  caughtUp.push(listener);
}

/** @param {Room} room keeps few timelines: those of the rooms used last */
export function enterRoom(room) {
  const before = current.value;
  room.lastUsed = performance.now();
  if (before !== room) before?.timeline.rest();
  current.value = room;
  // A guest's rooms are followed while they are looked at.
  if (link.value === "up" && !room.info.value.role && !room.following) find(room.id).catch(() => {});
  const loaded = [...rooms.value.values()].filter((r) => r.timeline.loaded).sort((a, b) => b.lastUsed - a.lastUsed);
  for (const old of loaded.slice(keptTimelines)) old.timeline = new Timeline(old.id);
}

/** @type {((room: Room, line: Line) => void)[]} */
const messageListeners = [];

/** @param {(room: Room, line: Line) => void} listener hears of each new message of others, once */
export function onMessage(listener) {
  messageListeners.push(listener);
}

/** @param {Line} line an event with a place in a room's history */
function happened(line) {
  const room = rooms.value.get(line.room_id);
  if (!room || line.seq <= room.seen) return;
  if (line.seq > room.seen + 1 && line.seq > room.info.value.first) {
    return room.follow(); // the missing part comes first
  }
  room.seen = line.seq;
  batch(() => {
    if (line.seq > room.info.value.head) room.set({ head: line.seq });
    if (line.type === "message") arrived(room, line);
    else if (line.type === "member") memberChanged(room, line);
    else if (line.type === "room") roomChanged(room, line);
    room.timeline.apply(line);
  });
}

/**
 * @param {Room} room
 * @param {Line} line
 */
function arrived(room, line) {
  const fresh = line.seq > room.counted;
  if (!isMe(line.author.username) && fresh) {
    const { unread, mentions } = room.info.value;
    room.set({ unread: Math.min(unread + 1, 100), mentions: mentions + (callsMe(line.mentions) ? 1 : 0) });
  }
  if (fresh) for (const listener of messageListeners) listener(room, line);
}

/** @param {string[]} [mentions] */
export const callsMe = (mentions = []) => mentions.some((name) => name === "here" || name === "room" || isMe(name));

/**
 * @param {Room} room
 * @param {Line} line
 */
function memberChanged(room, line) {
  if (line.seq <= room.counted) return; // told again: the room's info was newer
  const by = { joined: 1, left: -1, removed: -1 }[line.change] ?? 0;
  room.set({ members: room.info.value.members + by });
  if (!isMe(line.username)) return;
  if (line.change === "left" || line.change === "removed") gone(room);
  else room.set({ role: line.role });
}

/**
 * @param {Room} room
 * @param {Line} line
 */
function roomChanged(room, line) {
  if (line.change === "topic") room.set({ topic: line.topic });
  else if (line.change === "renamed") room.set({ room: line.room, title: "#" + line.room });
  else if (line.change === "archived" || line.change === "unarchived") room.set({ archived: line.change === "archived" });
  else if (line.change === "deleted") forgetRoom(room.id);
}

/** @param {Room} room that I am not in any more */
function gone(room) {
  room.following = false;
  room.set({ role: "", unread: 0, mentions: 0 });
  if (room.info.value.kind !== "public") forgetRoom(room.id);
  else if (room === current.value) room.follow();
}

/** @param {Line} line an invitation of mine is no more, which the room's history knows nothing of */
function withdrawn(line) {
  const room = rooms.value.get(line.room_id);
  if (room?.info.value.role === "invited") gone(room);
}

/** @param {Line} line a room became mine, or I set it otherwise elsewhere */
async function told(line) {
  const room = rooms.value.get(line.room_id);
  if (line.change === "settings") room?.set({ muted: line.muted, notify: line.notify });
  else if (line.change === "added") await find(line.room_id).catch(() => {});
}

for (const type of ["message", "edited", "deleted", "reaction", "pin"]) on(type, happened);
on("member", (line) => line.seq ? happened(line) : withdrawn(line));
on("room", (line) => line.seq ? happened(line) : told(line));
on("draft", (line) => {
  const room = rooms.value.get(line.room_id);
  if (room) drafted(room, line.content);
});
on("subscribed", (line) => {
  const room = rooms.value.get(line.room_id);
  if (!room) return;
  room.followed = true;
  // Everybody is in the lobby.
  if (room === current.value || room.info.value.room === "lobby") lookAround(room.id).catch(() => {});
  room.set({ first: line.first });
  // What was removed from the store is gone, not missed.
  if (room.seen < line.first - 1) room.seen = line.first - 1;
});
on("down", () => {
  for (const room of rooms.value.values()) room.following = room.followed = false;
});

// A refusal does not say of which room it is: those are asked for again that
// were not granted.
/** @type {ReturnType<typeof setTimeout> | undefined} */
let asking;
on("error", (line) => {
  if (line.nonce || !passing.has(line.code)) return;
  asking ??= setTimeout(() => {
    asking = undefined;
    for (const room of rooms.value.values()) if (room.following && !room.followed) room.follow();
  }, (line.retry_after ?? 1) * 1000);
});
// The sign of life of a silent line is the answer to a question that is no work.
on("doubt", () => current.value?.follow());

expect((hello) => !me.value || hello.user.id === me.value.id);

let epoch = "";
on("hello", (line) => {
  // The database was set back: nothing that is shown here need be true any more.
  if (epoch && epoch !== line.epoch) return location.reload();
  epoch = line.epoch;
  catchUp();
});
