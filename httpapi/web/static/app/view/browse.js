// The public rooms, to look into and to join.

import { useEffect, useState } from "preact/hooks";
import { call, part } from "../api.js";
import { join } from "../commands.js";
import { rooms } from "../rooms.js";
import { count, fold, line } from "../text.js";
import { attempt, html } from "../ui.js";
import { Top } from "./top.js";

export function Browse() {
  const [found, setFound] = useState(/** @type {RoomInfo[]} */ ([]));
  const [next, setNext] = useState(/** @type {string | undefined} */ (""));
  const [letters, setLetters] = useState("");
  const load = async () => {
    const page = await attempt(call("GET", `/rooms?all=public&limit=100&after=${part(next ?? "")}`));
    if (!page) return;
    setFound((before) => [...before, ...page.rooms]);
    setNext(page.next);
  };
  useEffect(() => { load(); }, []);
  const shown = found.filter((info) => fold(info.title + (info.topic ?? "")).includes(letters));
  return html`<main class="page" id="main" tabindex="-1"><${Top} title="Public rooms" /><div class="panels">
    <input type="search" aria-label="Find a room" placeholder="Find a room" onInput=${(/** @type {any} */ e) => setLetters(fold(e.target.value.trim()))} />
    <ul class="directory">${shown.map((info) => {
      const role = rooms.value.get(info.room_id)?.info.value.role ?? info.role, joined = role && role !== "invited";
      return html`<li key=${info.room_id}><div><a href=${"/r/" + info.room_id}>${line(info.title)}</a> <small>${count(info.members, "member")}${info.archived ? ", archived" : ""}</small>
        <p>${line(info.topic ?? "")}</p></div>
        ${joined ? html`<small>you are in it</small>` : html`<button type="button" aria-label=${"Join " + line(info.title)} onClick=${() => attempt(join(String(info.room_id)))}>Join</button>`}</li>`;
    })}</ul>
    ${next ? html`<p><button type="button" onClick=${load}>More</button></p>` : null}
  </div></main>`;
}
