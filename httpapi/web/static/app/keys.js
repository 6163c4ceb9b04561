// The keys that work everywhere on the page.

import { dialog } from "./actions.js";
import { current, mine } from "./rooms.js";
import { go } from "./route.js";
import { focusComposer } from "./view/choosing.js";
import { listOpen } from "./view/sidebar.js";

/** @param {number} by @param {boolean} unread */
function step(by, unread) {
  const rooms = mine.value.filter((room) => room === current.value || !unread || room.info.value.unread && !room.info.value.muted);
  if (!rooms.length) return;
  const now = rooms.indexOf(/** @type {any} */ (current.value));
  go("/r/" + rooms[(now + by + rooms.length) % rooms.length].id);
}

/** @param {KeyboardEvent} event */
function press(event) {
  const { key, altKey, ctrlKey, metaKey, shiftKey, target } = event;
  if (event.isComposing || document.querySelector(".again")) return;
  const writing = target instanceof HTMLElement && target.matches("input, textarea, select");
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === "k") dialog.value = { name: "switch" };
  else if (altKey && !ctrlKey && (key === "ArrowUp" || key === "ArrowDown")) step(key === "ArrowUp" ? -1 : 1, shiftKey);
  else if (altKey || ctrlKey || metaKey || dialog.value) return;
  else if (key === "?" && !writing) dialog.value = { name: "help" };
  else if (key === "Escape") escape();
  else return;
  event.preventDefault();
}

function escape() {
  if (listOpen.value) {
    listOpen.value = false;
    return;
  }
  const latest = /** @type {HTMLElement | null} */ (document.querySelector(".latest"));
  latest?.click();
  if (current.value) {
    current.value.timeline.divider = current.value.info.value.head;
    current.value.timeline.touch();
  }
  focusComposer();
}

addEventListener("keydown", press);
