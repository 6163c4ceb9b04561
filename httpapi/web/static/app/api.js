// The calls of the API, and the access token, which lives here and nowhere
// else: in the memory of this page.

import { signal } from "@preact/signals";

/** Why a call failed. `status` is 0 if there was no answer. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{detail?: string, code?: string, field?: string}} body
   * @param {number} retryAfter seconds
   */
  constructor(status, body, retryAfter = 0) {
    super(body.detail || "something went wrong");
    this.status = status;
    this.code = body.code || "";
    this.field = body.field || "";
    this.retryAfter = retryAfter;
  }
}

/** Whether the session has ended, so that somebody has to sign in again. */
export const ended = signal(false);

let token = "";
let goodUntil = 0;
/** @type {Promise<string> | null} */
let refreshing = null;

const margin = 30_000; // a token that is over in less is replaced first
const tries = 3;
const longestTurn = 3000; // that another tab takes
const longestAnswer = 30_000;
const longestRefresh = 8000; // well before the server takes a second use for theft

/** @param {number} ms */
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const unreachable = () => new Problem(0, { code: "network", detail: "the server cannot be reached" });

/** @param {Response} answer which may break off */
async function bodyOf(answer) {
  try {
    return await answer.json();
  } catch {
    throw unreachable();
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 * @param {number} [patience] ms
 * @returns {Promise<Response>} of a success
 */
async function ask(method, path, body, headers = {}, patience = longestAnswer) {
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch("/api/v1" + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(patience) });
  } catch {
    throw unreachable();
  }
  if (answer.ok) return answer;
  throw await problemOf(answer);
}

/** @param {Response} answer */
async function problemOf(answer) {
  const body = await answer.json().catch(() => ({}));
  return new Problem(answer.status, body, Number(answer.headers.get("Retry-After")) || 0);
}

/** @param {{access_token: string, expires_in: number}} grant */
function keepGrant(grant) {
  token = grant.access_token;
  goodUntil = Date.now() + grant.expires_in * 1000;
  ended.value = false;
  return token;
}

// One tab after the other: each spends the refresh token that all have, and the
// server forgives only the one spent last. A tab that hangs keeps none waiting.
/** @param {() => Promise<Response>} work that sets the cookie */
async function inTurn(work) {
  try {
    return await navigator.locks.request("parley.refresh", { signal: AbortSignal.timeout(longestTurn) }, work);
  } catch (error) {
    if (error instanceof Problem) throw error;
    return work(); // no lock in time, or no locks in this browser
  }
}

async function refresh() {
  try {
    const early = window.parleyEarly; // asked for by first.js
    window.parleyEarly = undefined;
    let answer = early && await early.catch(() => null);
    if (answer && !answer.ok) throw await problemOf(answer);
    if (!answer) answer = await inTurn(() => ask("POST", "/auth/refresh", undefined, {}, longestRefresh));
    return keepGrant(await bodyOf(answer));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) ended.value = true;
    throw error;
  } finally {
    refreshing = null;
  }
}

/** @returns {Promise<string>} an access token that is good for a while */
export async function access() {
  if (token && Date.now() < goodUntil - margin) return token;
  refreshing ??= refresh();
  return refreshing;
}

/** Forgets the access token: the next call gets another. */
export function distrust() {
  goodUntil = 0;
}

/**
 * Makes a call as the one who is signed in.
 * @template T
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {unknown} [body]
 * @returns {Promise<T>}
 */
export async function call(method, path, body) {
  for (let n = 1; ; n++) {
    const used = await access();
    try {
      const answer = await ask(method, path, body, { Authorization: "Bearer " + used });
      return answer.status === 204 ? /** @type {any} */ (undefined) : await bodyOf(answer);
    } catch (error) {
      if (!(error instanceof Problem) || n === tries) throw error;
      if (error.status === 401 && error.code !== "auth.invalid_credentials" && n === 1) {
        if (used === token) distrust();
      } else if (method === "GET" && error.retryAfter) {
        await sleep(error.retryAfter * 1000);
      } else {
        throw error;
      }
    }
  }
}

/**
 * Makes a call that needs nobody to be signed in.
 * @param {string} path
 */
export const about = async (path) => bodyOf(await ask("GET", path));

/**
 * @param {string} username
 * @param {string} password
 */
export async function logIn(username, password) {
  keepGrant(await bodyOf(await inTurn(() => ask("POST", "/auth/login", { username, password }, { "X-Parley-Client": "web" }))));
}

/**
 * @param {string} username
 * @param {string} password
 */
export const register = (username, password) => ask("POST", "/auth/register", { username, password });

export const logOut = () => call("POST", "/auth/logout");

/** @param {string | number} part of a path */
export const part = (part) => encodeURIComponent(String(part));
