// The door: signing in, and making an account.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { register } from "../api.js";
import { me } from "../people.js";
import { forgetMe, signIn, signInAgain, trouble } from "../session.js";
import { line } from "../text.js";
import { Form, html } from "../ui.js";

/** @param {{making: boolean}} props */
function Fields({ making }) {
  return html`<label>Name<input name="username" required minlength="3" maxlength="50" autocomplete="username" autocapitalize="none" spellcheck="false"
      pattern="[A-Za-z0-9_\\-]+" title="letters A–Z, digits, _ and -" /></label>
    <label>Password<input name="password" type="password" required minlength=${making ? 8 : 1} maxlength="128" autocomplete=${making ? "new-password" : "current-password"}
      aria-describedby=${making ? "rules" : undefined} /></label>
    ${making ? html`<p class="hint" id="rules">At least 8 characters, with an upper-case letter, a lower-case letter and a digit.</p>` : null}`;
}

export function Door() {
  const [making, setMaking] = useState(false);
  const made = useRef(""); // an account that was made, but not come in to yet
  useEffect(() => /** @type {HTMLElement | null} */ (document.querySelector("input"))?.focus(), [making]);
  const enter = async (/** @type {Record<string, string>} */ { username, password }) => {
    if (making && made.current !== username) await register(username, password);
    made.current = username;
    await signIn(username, password);
  };
  return html`<main class="door" id="main" tabindex="-1"><h1 class="brand">Parley</h1>
    <p class="lead">The same rooms, here and in a terminal.</p>
    <${Form} key=${String(making)} submit=${enter} label=${making ? "Make the account" : "Sign in"} kind="keep"><${Fields} making=${making} /><//>
    <p>${making ? "You have an account? " : "You are new here? "}<button type="button" class="link" onClick=${() => setMaking(!making)}>${making ? "Sign in" : "Make an account"}</button></p>
  </main>`;
}

/** Signs in again over what is on the screen, which stays: over an open dialog, too. */
export function SignInAgain() {
  const name = me.value?.username ?? "", box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const show = () => box.current?.showModal();
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    show();
    return () => queueMicrotask(() => before?.focus());
  }, []);
  // The browser may close it without having asked.
  return html`<dialog ref=${box} class="again" aria-labelledby="again-title" onCancel=${(/** @type {Event} */ e) => e.preventDefault()} onClose=${show}><div class="dialog">
    <h2 id="again-title">Your session has ended</h2>
    <p>Sign in again to go on, ${line(name)}. What you were writing is still here.</p>
    <${Form} submit=${(/** @type {Record<string, string>} */ f) => signInAgain(f.password)} label="Sign in" kind="keep">
      <input type="hidden" name="username" autocomplete="username" value=${name} />
      <label>Password<input name="password" type="password" required autocomplete="current-password" autofocus /></label><//>
    <p><button type="button" class="link" onClick=${forgetMe}>Sign in as somebody else</button></p>
  </div></dialog>`;
}

export const Cover = () => html`<main class="cover" id="main" tabindex="-1"><h1 class="brand">Parley</h1><p role="status">${trouble.value ? `${trouble.value}; trying again …` : "Opening …"}</p></main>`;
