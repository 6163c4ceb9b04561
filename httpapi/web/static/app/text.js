// Text of people, made fit to be shown: the rules are those of the terminal.

const bidi = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";
const hidden = "\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u2028\\u2029\\u3164\\ufeff\\uffa0\\u2060-\\u2065" +
  "\\u206a-\\u206f\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}";
const odd = new RegExp("[\\0-\\x08\\x0b-\\x1f\\x7f-\\u{10ffff}]", "u");
const control = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;
const dropped = new RegExp(`[${bidi}${hidden}]`, "u");
const joiner = /[\u200c\u200d\ufe00-\ufe0f]/;
const selector = /[\ufe00-\ufe0f]/;
const mark = /[\p{Mn}\p{Me}]/u;
const maxMarks = 6; // on one character

/**
 * Makes text safe to show: nothing that hides or reorders its neighbours.
 * @param {string} text
 */
export function visible(text) {
  if (!odd.test(text)) return text;
  let out = "", before = " ", marks = 0;
  for (let c of text.toWellFormed?.() ?? text) {
    if (c === "\n" || c === "\t") {
      marks = 0;
    } else if (control.test(c)) {
      c = "\ufffd";
      marks = 0;
    } else if (dropped.test(c)) {
      continue;
    } else if (joiner.test(c)) {
      const keycap = c === "\ufe0f" && /[0-9#*]/.test(before);
      const chained = joiner.test(before) && (selector.test(c) || !selector.test(before));
      if (before < "\x80" && !keycap || chained) continue;
    } else if (mark.test(c)) {
      if (++marks > maxMarks) continue;
    } else {
      marks = 0;
    }
    out += c;
    before = c;
  }
  return out;
}

/** @param {string} text as one line */
export const line = (text) => visible(text).replace(/[\n\t]/g, " ");

/** @param {string} name */
export const fold = (name) => name.toLowerCase();

/**
 * @param {string} a a user's name
 * @param {string} b another
 */
export const same = (a, b) => fold(a) === fold(b);

const colors = 12;

/**
 * The class of a name's colour: FNV-1a of the folded name, as in the terminal.
 * @param {string} name
 */
export function tint(name) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(fold(name))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return "n" + hash % colors;
}

/** @param {string} name */
export function initials(name) {
  const words = name.split(/[_\-.]+|(?<=[a-z])(?=[A-Z])/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words[1][0] : name.slice(0, 2);
  return letters.toUpperCase();
}

/**
 * @param {number} n
 * @param {string} one the word
 * @param {string} [many] the word for several
 */
export const count = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;

/** @param {string[]} words */
export function list(words) {
  return words.length < 2 ? words.join("") : words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
}

/** @param {number} n an unread count, which the server caps */
export const capped = (n) => n > 99 ? "99+" : String(n);
