// The head of a page that is no room.

import { IconButton, html } from "../ui.js";
import { listOpen } from "./sidebar.js";

/** @param {{title: string}} props */
export const Top = ({ title }) => html`<header class="room-head">
  <${IconButton} icon="menu" label="Rooms" class="icon-button only-narrow" aria-expanded=${listOpen.value} aria-controls="rooms" onClick=${() => { listOpen.value = !listOpen.value; }} />
  <h1>${title}</h1></header>`;
