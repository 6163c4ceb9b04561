// Who is signed in: from the first call to signing out.

import { effect, signal } from "@preact/signals";
import { Problem, access, ended, logIn, logOut, sleep } from "./api.js";
import { forget, keep, kept } from "./kept.js";
import { start, stop } from "./live.js";
import { takeUp } from "./outbox.js";
import { loadMe, me } from "./people.js";
import { loadRooms } from "./rooms.js";
import { tell } from "./ui.js";

/** "start" until it is known whether somebody is signed in. */
export const phase = signal(/** @type {"start" | "out" | "in"} */ ("start"));

/** Why the page cannot be opened now; "" while all is well. */
export const trouble = signal("");

export async function begin() {
  if (!kept("in", 0)) {
    phase.value = "out";
    return;
  }
  for (let wait = 1000; ; wait = Math.min(2 * wait, 30_000)) {
    try {
      await access();
      return await comeIn();
    } catch (error) {
      if (error instanceof Problem && error.status === 401) break;
      trouble.value = error instanceof Error ? error.message : String(error);
      await sleep(wait);
    }
  }
  keep("in", 0);
  phase.value = "out";
}

async function comeIn() {
  await Promise.all([loadMe(), loadRooms()]);
  keepIn();
  takeUp();
  trouble.value = "";
  phase.value = "in";
  start();
}

// All tabs have one session. Kept is whose it is; 0 once it has ended, and
// nothing when somebody signed out.
const keepIn = () => keep("in", me.value?.id);

/**
 * @param {string} username
 * @param {string} password
 */
export async function signIn(username, password) {
  await logIn(username, password);
  await comeIn();
}

/**
 * Signs in again where the session ended. What is on the screen stays.
 * @param {string} password
 */
export async function signInAgain(password) {
  await logIn(/** @type {User} */ (me.value).username, password);
  keepIn();
  start();
}

export async function signOut() {
  try {
    await logOut();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) {
      return tell(`You are still signed in: ${error instanceof Error ? error.message : error}`, true);
    }
  }
  stop();
  forgetMe();
}

/** Leaves nothing of the one who was here. */
export function forgetMe() {
  forget();
  location.assign("/");
}

addEventListener("storage", (event) => {
  if (phase.value !== "in" || event.key !== "parley.in") return;
  const id = kept("in", null);
  // Another tab signed out, or somebody else in: what is on this screen is nobody's any more.
  if (id === null || id && id !== me.value?.id) location.assign("/");
  else if (id && ended.value) access().then(start, () => {});
});

// A page that the browser put aside comes back as it was, whoever has signed in
// or out since.
addEventListener("pageshow", (event) => event.persisted && location.reload());

effect(() => {
  if (ended.value && phase.value === "in") stop();
});
