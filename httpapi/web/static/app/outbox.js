// Messages on their way. Each has a nonce, under which the server takes it
// once however often it is sent; so all tabs share one outbox, which outlives
// a reload, and any of them may send it again.

import { signal } from "@preact/signals";
import { keep, kept } from "./kept.js";
import { link, on, passing, say } from "./live.js";
import { isMe, me } from "./people.js";
import { onCaughtUp, rooms } from "./rooms.js";
import { tell } from "./ui.js";

/** @type {import("@preact/signals").Signal<Pending[]>} */
export const outbox = signal([]);

const nonceLife = 23 * 3600_000; // the server remembers a nonce for a day
const name = () => "outbox." + me.value?.id;

/** @param {Pending[]} next */
function set(next) {
  outbox.value = next;
  keep(name(), next.length ? next : undefined);
}

/**
 * @param {string} nonce
 * @param {Partial<Pending>} change
 */
const update = (nonce, change) => set(outbox.value.map((p) => p.nonce === nonce ? { ...p, ...change } : p));

/** @param {string} nonce @param {string} why */
function fail(nonce, why) {
  update(nonce, { state: "failed", why });
  tell("Not sent: " + why, true);
}

/** @param {Pending} pending */
function send(pending) {
  const { nonce, room, content, reply_to } = pending;
  say({ type: "send", room: String(room), content, nonce, ...reply_to && { reply_to } }, true);
}

// crypto.randomUUID exists only where the page came over HTTPS.
function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {number} room
 * @param {string} content
 * @param {{seq: number, quote: Quote}} [reply]
 */
export function post(room, content, reply) {
  /** @type {Pending} */
  const pending = {
    nonce: newNonce(), room, content, at: Date.now(), state: "waiting",
    ...reply && { reply_to: reply.seq, quote: reply.quote },
  };
  const first = inStep || !outbox.value.some((p) => p.room === room && p.state === "waiting");
  set([...outbox.value, pending]);
  if (first) send(pending); // else what was written before it goes before it
}

/** @param {string} nonce */
export function retry(nonce) {
  const pending = outbox.value.find((p) => p.nonce === nonce);
  if (!pending) return;
  // A nonce that was refused stands for what was refused: another goes with it.
  const again = { ...pending, nonce: newNonce(), at: Date.now(), state: /** @type {const} */ ("waiting"), why: undefined };
  set(outbox.value.map((p) => p.nonce === nonce ? again : p));
  send(again);
}

/** @param {string} nonce */
export const discard = (nonce) => set(outbox.value.filter((p) => p.nonce !== nonce));

/** @type {Set<string>} what another tab still keeps may have arrived here already */
const stored = new Set();

/** Takes up what was left behind, by this tab or another. */
export function takeUp() {
  outbox.value = kept(name(), []).filter((/** @type {Pending} */ p) => !stored.has(p.nonce));
}

let inStep = false;

function sendAll() {
  inStep = true;
  for (const pending of outbox.value) {
    if (pending.state !== "waiting") continue;
    if (Date.now() - pending.at > nonceLife) fail(pending.nonce, "not sent for a day");
    else send(pending);
  }
}

// Not before: what is sent again must come back as an event with its nonce, not
// as a part of the history.
onCaughtUp(sendAll);
on("down", () => { inStep = false; });
on("message", (line) => {
  if (line.nonce && isMe(line.author.username)) stored.add(line.nonce);
  const own = outbox.value.find((p) => p.nonce === line.nonce || p.room === line.room_id && p.seq === line.seq);
  if (own) discard(own.nonce);
});
on("ack", (line) => {
  const room = rooms.value.get(line.room_id);
  const { nonce = "" } = line;
  if (!room || room.seen >= line.seq) discard(nonce);
  else if (outbox.value.some((p) => p.nonce === nonce)) update(nonce, { seq: line.seq }); // its own event follows
});

on("error", (line) => {
  const pending = outbox.value.find((p) => p.nonce === line.nonce);
  if (!pending) return;
  if (line.retry_after || passing.has(line.code)) {
    setTimeout(() => {
      const still = outbox.value.find((p) => p.nonce === pending.nonce && p.state === "waiting");
      if (still && link.value === "up") send(still);
    }, (line.retry_after ?? 3) * 1000);
  } else {
    fail(pending.nonce, line.message);
  }
});

addEventListener("storage", (event) => {
  if (me.value && event.key === "parley." + name()) takeUp();
});
