// Says what arrives in the room in view to those who hear the page. What is
// loaded of the history is not said.

import { signal } from "@preact/signals";
import { isMe } from "./people.js";
import { current, onMessage } from "./rooms.js";
import { count, line } from "./text.js";
import { html } from "./ui.js";

const pause = 1000;
const mostSpoken = 3; // in one breath
const spoken = signal("");
/** @type {string[]} */
let waiting = [];
let pausing = false;

onMessage((room, message) => {
  if (room !== current.value || isMe(message.author.username)) return;
  waiting.push(`${line(message.author.username)}: ${line(message.content).slice(0, 300)}`);
  if (pausing) return;
  pausing = true;
  spoken.value = ""; // the same words twice are two additions
  setTimeout(() => {
    pausing = false;
    spoken.value = waiting.length > mostSpoken ? count(waiting.length, "new message") : waiting.join("\n");
    waiting = [];
  }, pause);
});

export const Speaker = () => html`<div class="unseen" aria-live="polite">${spoken.value}</div>`;
