// The one WebSocket of this tab: it connects, connects again, and hands every
// line to whoever asked for its type.

import { effect, signal } from "@preact/signals";
import { Problem, access, call, distrust, ended } from "./api.js";

/** How the connection is: what the banner shows. */
export const link = signal(/** @type {"connecting" | "up" | "down"} */ ("connecting"));

/** @type {Map<string, ((line: Line) => void)[]>} */
const listeners = new Map();
/** @type {WebSocket | null} */
let socket = null;
let staying = false;
let failures = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let doubt;

const longestWait = 30_000; // between two attempts
const answerTime = 8_000; // an answer that takes longer means that the line is dead
const openTime = 15_000;

/** Codes of refusals that go by: what was refused is asked for again. */
export const passing = new Set(["limit.subscriptions", "store.unavailable", "request.timeout", "message.unknown", "server.unavailable"]);

/**
 * @param {string} type of a line; "up" and "down" are the connection's own
 * @param {(line: Line) => void} listener
 */
export function on(type, listener) {
  listeners.set(type, [...listeners.get(type) ?? [], listener]);
}

/** @type {(hello: Line) => boolean} */
let expected = () => true;

/** @param {(hello: Line) => boolean} check whether the connection speaks for whom the page does */
export function expect(check) {
  expected = check;
}

/** @param {Partial<Line> & {type: string}} line */
function hand(line) {
  for (const listener of listeners.get(line.type) ?? []) listener(/** @type {Line} */ (line));
}

export function start() {
  staying = true;
  failures = 0;
  connect();
}

export function stop() {
  staying = false;
  clearTimeout(timer);
  socket?.close();
}

/**
 * Says something. What needs an answer within a time is `asked`.
 * @param {object} frame
 * @param {boolean} [asked]
 * @returns {boolean} whether there is a connection to say it on
 */
export function say(frame, asked = false) {
  if (link.value !== "up" || socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  if (asked) expectAnswer();
  return true;
}

// A line that died without a word is noticed by an answer that does not come.
function expectAnswer() {
  doubt ??= setTimeout(() => socket && cut(socket), answerTime);
}

async function connect() {
  clearTimeout(timer);
  if (socket) return;
  if (link.value === "up") link.value = "connecting";
  let token;
  try {
    token = await access();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return; // "in again" starts it anew
    return again(error instanceof Problem ? error.retryAfter : 0);
  }
  if (!staying || socket) return;
  const address = new URL("/api/v1/ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const opening = new WebSocket(address, ["parley.v1", "bearer." + token]);
  socket = opening;
  const late = setTimeout(() => cut(opening), openTime);
  let greeted = false;
  opening.onmessage = (event) => {
    clearTimeout(late);
    clearTimeout(doubt);
    doubt = undefined;
    greeted = true;
    receive(event.data);
  };
  opening.onclose = () => {
    clearTimeout(late);
    if (socket === opening) lost(greeted);
  };
}

/** @param {string} data lines of JSON */
function receive(data) {
  for (const text of data.split("\n")) {
    const line = JSON.parse(text);
    if (line.type === "hello") {
      if (!expected(line)) return stop(), location.assign("/"); // somebody else signed in, in another tab
      link.value = "up";
      failures = 0;
    } else if (line.type === "bye" && !line.reconnect) {
      distrust(); // a session that has ended gets no other token, and that ends it here
    }
    hand(line);
  }
}

/** @param {WebSocket} dead */
function cut(dead) {
  dead.onclose = dead.onmessage = null;
  dead.close();
  if (socket === dead) lost(true);
}

/** @param {boolean} greeted whether it was open before */
async function lost(greeted) {
  socket = null;
  clearTimeout(doubt);
  doubt = undefined;
  link.value = "down";
  hand({ type: "down" });
  if (!staying) return;
  // The page is not told why an upgrade was refused: a call is.
  if (!greeted && navigator.onLine) await call("GET", "/me").catch(() => {});
  if (!socket) again(0); // else somebody was in a hurry meanwhile
}

/** @param {number} seconds at least */
function again(seconds) {
  if (!staying || ended.value) return;
  const most = Math.min(longestWait, 500 * 2 ** failures++);
  clearTimeout(timer);
  timer = setTimeout(connect, Math.max(seconds * 1000, most * (0.5 + Math.random() / 2)));
}

/** Tries at once what would be tried later, and asks a silent line for a sign of life. */
export function hurry() {
  if (!staying) return;
  if (!socket) connect();
  else hand({ type: "doubt" });
}

addEventListener("online", hurry);
addEventListener("offline", () => socket && cut(socket));
document.addEventListener("visibilitychange", () => document.hidden || hurry());
effect(() => {
  if (ended.value && socket) cut(socket);
});
