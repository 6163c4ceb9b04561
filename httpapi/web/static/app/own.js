// What my screens share of a room: how far I have read, and my draft.

import { signal } from "@preact/signals";
import { call, part } from "./api.js";
import { keep, kept } from "./kept.js";
import { on, say } from "./live.js";
import { isMe, me } from "./people.js";
import { callsMe, current, learn, onCaughtUp, onDraft, rooms } from "./rooms.js";

/** @typedef {import("./rooms.js").Room} Room */

/** Whether somebody looks at the page. */
export const looking = signal(!document.hidden && document.hasFocus());

const look = () => { looking.value = !document.hidden && document.hasFocus(); };
for (const type of ["focus", "blur"]) addEventListener(type, look);
document.addEventListener("visibilitychange", look);

const readPause = 1000;
const draftPause = 1000;
const againPause = 30_000; // after a draft could not be saved
const countPause = 500;

/** @type {Map<number, ReturnType<typeof setTimeout>>} */
const reading = new Map();

/** @param {Room} room */
const sayRead = (room) => say({ type: "read", room: String(room.id), seq: room.info.value.read });

/**
 * Says that everything up to a seq was read.
 * @param {Room} room
 * @param {number} seq
 */
export function read(room, seq) {
  if (!room.joined || seq <= room.info.value.read) return;
  advance(room, seq);
  if (reading.has(room.id)) return;
  reading.set(room.id, setTimeout(() => {
    reading.delete(room.id);
    sayRead(room); // what a dead line swallows is said again on the next
  }, readPause));
}

// Who goes has read what was there.
addEventListener("pagehide", () => {
  for (const [id, timer] of reading) {
    clearTimeout(timer);
    const room = rooms.value.get(id);
    if (room) sayRead(room);
  }
  reading.clear();
});

// Counts what is left from what is loaded; if that does not reach, the server
// counts.
/**
 * @param {Room} room
 * @param {number} seq
 */
function advance(room, seq) {
  const { read, head } = room.info.value;
  const { messages, hasAfter } = room.timeline;
  if (seq <= read) return;
  const reaches = room.timeline.loaded && !hasAfter && (messages[0]?.seq ?? 0) <= seq + 1;
  if (seq >= head || reaches) {
    const left = messages.filter((m) => m.seq > seq && !m.deleted && !isMe(m.author.username));
    room.set({ read: seq, unread: seq >= head ? 0 : Math.min(left.length, 100), mentions: seq >= head ? 0 : left.filter((m) => callsMe(m.mentions)).length });
  } else {
    room.set({ read: seq });
    recount(room);
  }
}

/** @type {Map<number, ReturnType<typeof setTimeout>>} */
const counting = new Map();

const mostCounts = 6;

/** @param {Room} room @param {number} [times] */
function recount(room, times = 1) {
  clearTimeout(counting.get(room.id));
  counting.set(room.id, setTimeout(async () => {
    counting.delete(room.id);
    const info = await call("GET", "/rooms/" + part(room.id)).catch(() => null);
    if (!info) return;
    if (info.read >= room.info.value.read && (info.head >= room.seen || !room.following)) learn(info);
    else if (times < mostCounts) recount(room, times + 1); // the marker is on its way, or what came since is not in it
  }, countPause * times));
}

on("read", (line) => {
  const room = rooms.value.get(line.room_id);
  if (!room) return;
  advance(room, line.seq);
  if (!looking.value || room !== current.value) {
    room.timeline.divider = Math.max(room.timeline.divider, line.seq);
    room.timeline.touch();
  }
});

// The unread line stands still while somebody looks. It goes along with what is
// read as it arrives, and goes when I say something myself.
on("message", (line) => {
  const room = rooms.value.get(line.room_id);
  if (!room) return;
  const { timeline } = room, { read, unread } = room.info.value, own = isMe(line.author.username);
  const watched = looking.value && room === current.value && timeline.following;
  if (watched && (own || timeline.divider >= read)) timeline.divider = line.seq;
  else if (!watched && !own && unread === 1) timeline.divider = read;
});

/** @type {Map<number, ReturnType<typeof setTimeout>>} */
const saving = new Map();

/** Drafts that came from another screen: the composer of the room takes them. */
export const foreign = signal(/** @type {{room: number, content: string} | null} */ (null));

const draftName = (/** @type {number} */ room) => `draft.${me.value?.id}.${room}`;

/** @type {Map<number, string>} drafts of this tab that the server has not got yet */
const unsaved = new Map();

/** @param {Room} room */
export function draft(room) {
  const left = kept(draftName(room.id), null); // by a page that was closed before it could save it
  if (left !== null && !unsaved.has(room.id)) setDraft(room, left);
  return unsaved.get(room.id) ?? room.info.value.draft ?? "";
}

/**
 * Keeps what is written but not sent: here at once, for my other screens soon.
 * @param {Room} room
 * @param {string} content
 * @param {boolean} [now]
 */
export function setDraft(room, content, now = false) {
  unsaved.set(room.id, content);
  keep(draftName(room.id), content);
  saveSoon(room, now ? 0 : draftPause);
}

/** @param {Room} room @param {number} pause */
function saveSoon(room, pause) {
  clearTimeout(saving.get(room.id));
  saving.set(room.id, setTimeout(() => saveDraft(room), pause));
}

/** @type {Map<number, boolean>} rooms whose draft is on its way to the server, and whether there is more to save */
const underWay = new Map();

/** @param {Room} room */
async function saveDraft(room) {
  const content = unsaved.get(room.id);
  if (content === undefined || !room.joined) return;
  if (underWay.has(room.id)) return void underWay.set(room.id, true); // one after the other, so that the last one counts
  if (content !== (room.info.value.draft ?? "")) {
    underWay.set(room.id, false);
    try {
      await call("PUT", `/rooms/${part(room.id)}/draft`, { content });
      room.draftSaved = performance.now();
      room.set({ draft: content });
    } catch {
      underWay.delete(room.id);
      return saveSoon(room, againPause); // it stays here meanwhile
    }
    const more = underWay.get(room.id);
    underWay.delete(room.id);
    if (more) return saveDraft(room);
  }
  if (unsaved.get(room.id) !== content) return;
  unsaved.delete(room.id);
  keep(draftName(room.id), undefined);
}

onDraft((room, content) => {
  if (unsaved.has(room.id)) return; // mine is newer
  room.set({ draft: content });
  foreign.value = { room: room.id, content };
});

// Not before: the list of rooms, as it was before a save, would undo it here.
onCaughtUp(() => {
  for (const room of rooms.value.values()) {
    saveDraft(room);
    if (room.joined && room.info.value.read > room.stored) {
      sayRead(room);
      recount(room); // from there
    }
  }
});

// What is unread may have ceased to be, or call me now.
for (const type of ["edited", "deleted"]) {
  on(type, (line) => {
    const room = rooms.value.get(line.room_id);
    if (room?.joined && line.target > room.info.value.read) recount(room);
  });
}

const typingPause = 3000;
let lastTyping = 0;

/** @param {Room} room */
export function typing(room) {
  const now = performance.now();
  if (now - lastTyping < typingPause || !room.joined) return;
  lastTyping = now;
  say({ type: "typing", room: String(room.id) });
}

/** Who is typing in which room. */
export const typists = signal(/** @type {{room: number, username: string, until: number}[]} */ ([]));

const typingLife = 5000;

const prune = () => { typists.value = typists.value.filter((t) => t.until > Date.now()); };

on("typing", (line) => {
  if (isMe(line.username)) return;
  const others = typists.value.filter((t) => t.room !== line.room_id || t.username !== line.username);
  typists.value = [...others, { room: line.room_id, username: line.username, until: Date.now() + typingLife }];
  setTimeout(prune, typingLife + 50);
});
on("message", (line) => {
  if (typists.value.length) typists.value = typists.value.filter((t) => t.room !== line.room_id || t.username !== line.author.username);
});
