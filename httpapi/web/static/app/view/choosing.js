// A message is chosen by moving the focus to it; letters then act on it.

import { copy, dialog, edit, linkTo, lookBack, mayDelete, mayLookBack, mayPin, pin, remove, reply } from "../actions.js";
import { isMe } from "../people.js";

/**
 * Moves the focus between messages.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} content
 * @returns {boolean} whether the key was one of those
 */
export function moveFocus(event, content) {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof Element)) return false;
  const by = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 }[event.key];
  if (!by || event.target.closest("input, textarea")) return false;
  const messages = /** @type {HTMLElement[]} */ ([...content.querySelectorAll("[data-seq]")]);
  const now = messages.indexOf(/** @type {HTMLElement} */ (event.target.closest("[data-seq]")));
  const end = content.parentElement?.getBoundingClientRect().bottom ?? 0;
  const next = now < 0 ? messages.findLast((row) => row.getBoundingClientRect().top < end) : messages[now + by];
  event.preventDefault();
  if (next) {
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  } else if (by > 0) {
    focusComposer();
  }
  return true;
}

export function focusComposer() {
  /** @type {HTMLElement | null} */ (document.querySelector("#composer"))?.focus();
}

/** @typedef {(room: import("../rooms.js").Room, m: Message) => void} Act */

/** @type {Record<string, Act>} */
const acts = {
  r: reply,
  e: edit,
  d: (room, m) => mayDelete(room, m) && remove(m),
  "+": (_, m) => { dialog.value = { name: "react", message: m }; },
  v: (room, m) => mayLookBack(room, m) && lookBack(m),
  p: (room, m) => mayPin(room) && pin(m),
  c: (_, m) => copy(m.content, "Text"),
  l: (_, m) => copy(linkTo(m), "Link"),
};
acts.Delete = acts.d;
acts.Enter = acts.r;

/**
 * @param {KeyboardEvent} event
 * @param {import("../rooms.js").Room} room
 * @param {import("../timeline.js").Timeline} timeline
 */
export function pressOn(event, room, timeline) {
  if (event.key === "Escape") return focusComposer();
  const row = /** @type {HTMLElement} */ (event.target);
  if (event.altKey || event.ctrlKey || event.metaKey || !row.dataset?.seq) return;
  const message = timeline.find(Number(row.dataset.seq)), act = acts[event.key];
  if (!act || !message || message.deleted || !room.joined || event.key === "e" && !isMe(message.author.username)) return;
  event.preventDefault();
  act(room, message);
}
