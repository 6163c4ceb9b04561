// The theme that was chosen for this browser.

import { signal } from "@preact/signals";
import { keep, kept } from "./kept.js";

export const themes = ["system", "light", "dark"];

export const theme = signal(kept("theme", "system"));

/** @param {string} name */
export function chooseTheme(name) {
  if (!themes.includes(name)) throw new Error("say " + themes.map((t) => "/theme " + t).join(", "));
  theme.value = name;
  keep("theme", name === "system" ? undefined : name);
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}
