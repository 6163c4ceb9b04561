// Where in the page we are. The address says it, so that Back and a link work.

import { signal } from "@preact/signals";

/**
 * @typedef {{view: "home"} | {view: "room", room: number, seq?: number} | {view: "named", name: string}
 *   | {view: "account"} | {view: "browse"} | {view: "nowhere"}} Route
 */

/** @param {string} path @returns {Route} */
function parse(path) {
  const room = /^\/r\/([1-9]\d{0,15})(?:\/([1-9]\d{0,15}))?$/.exec(path);
  if (room) return { view: "room", room: Number(room[1]), seq: room[2] ? Number(room[2]) : undefined };
  const named = /^\/room\/([a-z][a-z0-9_-]{0,31})$/.exec(path);
  if (named) return { view: "named", name: named[1] };
  if (path === "/account") return { view: "account" };
  if (path === "/browse") return { view: "browse" };
  return path === "/" ? { view: "home" } : { view: "nowhere" };
}

export const route = signal(parse(location.pathname));

/** @type {() => unknown} what is to be found again on coming back */
let place = () => null;
/** @type {unknown} */
let returning = null;

/** @param {() => unknown} describe the place to come back to */
export function rememberPlace(describe) {
  place = describe;
}

/** @returns {any} the place to come back to; null at the end of a timeline */
export const wherePlace = () => place();

/** @returns {any} the place that was left here, once */
export function takePlace() {
  const taken = returning;
  returning = null;
  return taken;
}

/**
 * @param {string} path
 * @param {boolean} [replacing] the address that is not worth coming back to
 */
export function go(path, replacing = false) {
  if (path === location.pathname && !replacing) {
    route.value = { ...parse(path) };
    return;
  }
  history.replaceState({ place: place() }, "");
  if (replacing) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  returning = null;
  route.value = parse(path);
}

addEventListener("popstate", (event) => {
  returning = event.state?.place ?? null;
  route.value = parse(location.pathname);
});
// Somebody tapped a notice.
navigator.serviceWorker?.addEventListener("message", ({ data: { go: path } }) => {
  if (parse(path).view !== "nowhere") go(path);
});
addEventListener("pagehide", () => history.replaceState({ place: place() }, ""));
returning = history.state?.place ?? null;

/**
 * Follows a link within the page without loading it anew.
 * @param {MouseEvent} event
 */
export function followLink(event) {
  const anchor = event.target instanceof Element && event.target.closest("a");
  if (!anchor || anchor.target || anchor.origin !== location.origin || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (anchor.hash && anchor.pathname === location.pathname) return;
  event.preventDefault();
  go(anchor.pathname);
}
