// The page begins here.

import { effect, signal } from "@preact/signals";
import { Component, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { closeDialog, dialog } from "./actions.js";
import { ended } from "./api.js";
import "./keys.js";
import { keep, kept } from "./kept.js";
import { hurry, link } from "./live.js";
import "./notify.js";
import { current, find, known, rooms } from "./rooms.js";
import { followLink, go, route } from "./route.js";
import { begin, phase } from "./session.js";
import { Speaker } from "./speak.js";
import { Notice, attempt, complain, html } from "./ui.js";
import { Cover, Door, SignInAgain } from "./view/door.js";
import { RoomView } from "./view/room.js";
import { Sidebar, listOpen } from "./view/sidebar.js";

/** @typedef {import("./route.js").Route} Route */

/**
 * A view that is loaded when it is first wanted.
 * @param {() => Promise<any>} load
 * @param {string} name
 */
function later(load, name) {
  const loaded = signal(/** @type {any} */ (null));
  let asked = false;
  return function Later() {
    useEffect(() => {
      if (asked) return;
      asked = true;
      load().then((module) => { loaded.value = module[name]; }, () => {
        asked = false;
        closeDialog(); // the next attempt begins anew
        complain("This part of the page cannot be loaded; a newer one may be there: load the page again.");
      });
    }, []);
    const View = loaded.value;
    return View ? html`<${View} />` : null;
  };
}

const LaterAccount = later(() => import("./view/account.js"), "Account");
const LaterBrowse = later(() => import("./view/browse.js"), "Browse");
const LaterDialogs = later(() => import("./view/dialogs.js"), "Dialogs");

function Banner() {
  const [late, setLate] = useState(false);
  const state = link.value;
  useEffect(() => {
    setLate(false);
    const timer = state === "up" ? undefined : setTimeout(() => setLate(true), 1500); // a short gap is nobody's business
    return () => clearTimeout(timer);
  }, [state]);
  const shown = state !== "up" && (late || state === "down" && !navigator.onLine);
  return html`<div role="status" class=${"banner" + (shown ? "" : " empty")}>${shown ? html`You are offline. What you write is sent when the connection is back.
    <button type="button" onClick=${hurry}>Try now</button>` : null}</div>`;
}

/** @param {{route: Route}} props the room of an address; it is looked up if it is not one of mine */
function RoomOf({ route: here }) {
  const [failure, setFailure] = useState("");
  const id = here.view === "room" ? here.room : 0, room = rooms.value.get(id);
  useEffect(() => {
    setFailure("");
    if (!room) current.value = null; // the one before is not shown any more
    const fail = (/** @type {Error} */ error) => { if (route.value === here) setFailure(error.message); };
    if (here.view === "named") find(here.name).then((r) => { if (route.value === here) go("/r/" + r.id, true); }, fail);
    else if (id && !rooms.value.has(id)) find(id).catch(fail);
  }, [here, room === undefined, link.value === "up"]);
  if (room) return html`<${RoomView} room=${room} seq=${here.view === "room" ? here.seq : undefined} visit=${here} />`;
  return html`<main class="cover" id="main" tabindex="-1">${failure ? html`<h1>${failure}</h1>` : html`<p>Opening …</p>`}${failure ? html`<p><a href="/">To the lobby</a></p>` : null}</main>`;
}

/** @param {{route: Route}} props */
function Main({ route: here }) {
  switch (here.view) {
    case "account": return html`<${LaterAccount} />`;
    case "browse": return html`<${LaterBrowse} />`;
    case "room":
    case "named": return html`<${RoomOf} route=${here} />`;
    case "home": return html`<main class="cover" id="main" tabindex="-1"><p>Opening …</p></main>`;
    default: return html`<main class="cover" id="main" tabindex="-1"><h1>There is nothing here</h1><p><a href="/">To the lobby</a></p></main>`;
  }
}

/** Where one was last, or the lobby. */
function home() {
  const last = rooms.value.get(kept("room", 0));
  const room = last?.joined ? last : [...rooms.value.values()].find((r) => r.info.value.room === "lobby");
  if (room) go("/r/" + room.id, true);
  else attempt(find("lobby").then((lobby) => go("/r/" + lobby.id, true)));
}

effect(() => {
  const here = route.value;
  if (phase.value !== "in" || !known.value) return;
  if (here.view === "home") home();
  else if (here.view !== "room" && here.view !== "named") current.value = null;
  listOpen.value = false;
});
effect(() => {
  if (current.value?.joined) keep("room", current.value.id);
});
effect(() => {
  if (route.value) closeDialog(); // what it was about is not in view any more
});

/** @extends {Component<{children?: any}, {broken: boolean}>} what fails to be drawn does not take the page with it */
class Safe extends Component {
  state = { broken: false };

  /** @param {unknown} error */
  componentDidCatch(error) {
    console.error(error);
    this.setState({ broken: true });
  }

  render() {
    return this.state.broken ? html`<main class="cover" id="main" tabindex="-1"><h1>Something went wrong</h1><p>What you wrote is kept. <a href="/" target="_self">Load the page again</a>.</p></main>` : this.props.children;
  }
}

function App() {
  if (phase.value === "start") return html`<${Cover} />`;
  if (phase.value === "out") return html`<${Door} /><${Notice} />`;
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to writing</a>
    <div class="shell" onClick=${followLink}>
      <${Banner} /><${Sidebar} />${listOpen.value ? html`<div class="shade" onClick=${() => { listOpen.value = false; }}></div>` : null}
      <${Main} route=${route.value} /></div>
    ${dialog.value ? html`<div onClick=${followLink}><${LaterDialogs} /></div>` : null}<${Notice} /><${Speaker} />
    ${ended.value ? html`<${SignInAgain} />` : null}`;
}

/** @param {MouseEvent} event */
function skip(event) {
  event.preventDefault();
  const there = document.querySelector("#composer") ?? document.querySelector("#main");
  /** @type {HTMLElement | null} */ (there)?.focus();
}

// Not every phone makes the page smaller when its keyboard comes up.
visualViewport?.addEventListener("resize", () => {
  const { height, scale } = /** @type {VisualViewport} */ (visualViewport);
  document.documentElement.style.setProperty("--height", scale === 1 ? height + "px" : null);
});

render(html`<${Safe}><${App} /><//>`, /** @type {HTMLElement} */ (document.querySelector("#app")));
begin();

if ("serviceWorker" in navigator) {
  const policy = window.trustedTypes?.createPolicy("parley", {
    createScriptURL: (url) => {
      if (url === "/sw.js") return url;
      throw new TypeError("no other script is loaded so");
    },
  });
  const url = policy ? policy.createScriptURL("/sw.js") : "/sw.js";
  addEventListener("load", () => navigator.serviceWorker.register(url).catch(() => {}));
}
