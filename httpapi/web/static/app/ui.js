// What all views are made of.

import { signal } from "@preact/signals";
import htm from "htm";
import { h } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { initials, line, tint } from "./text.js";

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(h);

const shapes = new URL("../icon/ui.svg", import.meta.url).pathname;

/** @param {{name: string}} props one of the symbols of ui.svg */
export const Icon = ({ name }) => html`<svg class="icon" aria-hidden="true"><use href=${`${shapes}#${name}`} /></svg>`;

/** @param {{icon: string, label: string, [more: string]: any}} props a button that shows no word */
export const IconButton = ({ icon, label, ...more }) =>
  html`<button type="button" class="icon-button" aria-label=${label} title=${label} ...${more}><${Icon} name=${icon} /></button>`;

/** @param {{name: string}} props */
export const Avatar = ({ name }) => html`<span class=${"avatar " + tint(name)} aria-hidden="true">${initials(line(name))}</span>`;

/** @type {HTMLElement | null} where the focus was before the first of the dialogs that follow each other */
let opener = null;

function giveBack() {
  if (!opener?.isConnected || document.querySelector("dialog[open]")) return;
  opener.blur(); // it may have the focus already, but not the cursor
  opener.focus();
}

/**
 * A dialog over the page: the browser keeps the focus in it and gives it back.
 * @param {{title: string, close: () => void, children?: any, kind?: string}} props
 */
export function Dialog({ title, close, children, kind = "" }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const shown = /** @type {HTMLDialogElement} */ (box.current), before = document.activeElement;
    if (before instanceof HTMLElement && before !== document.body && !before.closest("dialog")) opener = before;
    // The browser closes it on its own, too, and does not always ask before.
    const closed = () => close();
    shown.showModal();
    shown.addEventListener("close", closed);
    return () => {
      shown.removeEventListener("close", closed);
      queueMicrotask(giveBack); // once it is gone: until then the cursor would be in it
    };
  }, []);
  return html`<dialog ref=${box} class=${kind} aria-label=${title} onMouseDown=${(/** @type {MouseEvent} */ e) => e.target === box.current && close()}>
    <div class="dialog">
      <header><h2>${title}</h2><${IconButton} icon="close" label="Close" onClick=${close} /></header>
      ${children}
    </div>
  </dialog>`;
}

/** What the page has to say, below everything. */
export const notice = signal({ text: "", trouble: false, n: 0 });

/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading;

/**
 * @param {string} text
 * @param {boolean} [trouble]
 */
export function tell(text, trouble = false) {
  notice.value = { text, trouble, n: notice.value.n + 1 };
  clearTimeout(fading);
  fading = setTimeout(() => { notice.value = { ...notice.value, text: "" }; }, trouble ? 8000 : 5000);
}

/** @param {unknown} error */
export const complain = (error) => tell(error instanceof Error ? error.message : String(error), true);

/**
 * Does something that may fail, and says so if it does.
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
export const attempt = (work) => work.catch((error) => { complain(error); return undefined; });

export function Notice() {
  const { text, trouble } = notice.value;
  return html`<div class=${"notice" + (trouble ? " trouble" : "") + (text ? "" : " empty")} role="status">${line(text)}</div>`;
}

/**
 * A form whose fields come as an object, with its failure shown in it.
 * @param {{submit: (fields: Record<string, string>) => Promise<unknown>, label: string, children?: any, kind?: string}} props
 */
export function Form({ submit, label, children, kind = "" }) {
  const failure = useRef(/** @type {HTMLParagraphElement | null} */ (null));
  const send = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
    const say = (/** @type {string} */ text) => { if (failure.current) failure.current.textContent = text; };
    button.disabled = true;
    say("");
    try {
      await submit(/** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form))));
      if (form.isConnected && kind !== "keep") form.reset();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    } finally {
      button.disabled = false;
    }
  };
  return html`<form onSubmit=${send} class=${kind}>${children}
    <p class="failure" role="alert" ref=${failure}></p>
    <button type="submit" class="primary">${label}</button></form>`;
}
