// What stands in a timeline, in order: days, messages, what happened between
// them, the unread line, and what is on its way.

import { isMe } from "./people.js";
import { line, list } from "./text.js";
import { dayKey } from "./time.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */
/**
 * @typedef {{key: string, kind: "day", at: string} | {key: string, kind: "unread"} | {key: string, kind: "notices", notices: Notice[]}
 *   | {key: string, kind: "message", message: Message, joined: boolean} | {key: string, kind: "pending", pending: Pending, joined: boolean}} Row
 */

const together = 5 * 60_000; // messages of one person within it are one block

/**
 * @param {Timeline} timeline
 * @param {Pending[]} pending
 * @returns {Row[]}
 */
export function rowsOf(timeline, pending) {
  /** @type {Row[]} */
  const rows = [];
  const { messages, divider } = timeline;
  const notices = timeline.notices.filter((n) => shown(n) && (!timeline.hasBefore || n.seq > (messages[0]?.seq ?? 0)));
  let day = "", divided = timeline.hasBefore && (messages[0]?.seq ?? 0) > divider + 1 && !notices.some((n) => n.seq <= divider), next = 0;
  /** @type {Message | null} */
  let before = null;
  const dated = (/** @type {string} */ at) => {
    if (dayKey(at) === day) return;
    day = dayKey(at);
    rows.push({ key: "d" + day, kind: "day", at });
    before = null;
  };
  const notice = (/** @type {Notice} */ n) => {
    dated(n.at);
    const last = rows[rows.length - 1];
    if (last?.kind === "notices") last.notices.push(n);
    else rows.push({ key: "n" + n.seq, kind: "notices", notices: [n] });
    before = null;
  };
  for (const message of messages) {
    while (next < notices.length && notices[next].seq < message.seq) notice(notices[next++]);
    dated(message.created_at);
    if (!divided && message.seq > divider && !isMe(message.author.username)) {
      divided = true;
      rows.push({ key: "unread", kind: "unread" });
      before = null;
    }
    rows.push({ key: "m" + message.seq, kind: "message", message, joined: joins(before, message) });
    before = message;
  }
  while (next < notices.length && !timeline.hasAfter) notice(notices[next++]);
  if (!timeline.hasAfter) for (const p of pending) rows.push({ key: "p" + p.nonce, kind: "pending", pending: p, joined: follows(rows.at(-1), p) });
  return rows;
}

/**
 * @param {Message | null} before
 * @param {Message} message
 */
function joins(before, message) {
  return before !== null && before.author.id === message.author.id && !message.reply_to && !isAction(message.content) && !isAction(before.content)
    && Date.parse(message.created_at) - Date.parse(before.created_at) < together;
}

/** @param {Row | undefined} before @param {Pending} p */
function follows(before, p) {
  if (p.reply_to || isAction(p.content)) return false;
  if (before?.kind === "pending") return !isAction(before.pending.content);
  return before?.kind === "message" && isMe(before.message.author.username) && !isAction(before.message.content) && p.at - Date.parse(before.message.created_at) < together;
}

/** @param {string} content */
export const isAction = (content) => content.startsWith("/me ");

/** @param {Notice} n */
const shown = (n) => n.type !== "pin" || Boolean(n.added);

const maxNames = 5;

/** @param {string[]} names */
function some(names) {
  const more = names.length - maxNames;
  return more > 1 ? `${names.slice(0, maxNames).join(", ")} and ${more} others` : list(names);
}

/** @param {Notice[]} notices @returns {string} in words; coming and going are folded together */
export function tellNotices(notices) {
  /** @type {Map<string, string>} */
  const people = new Map();
  const texts = [];
  for (const n of notices) {
    if (n.type === "member" && (n.change === "joined" || n.change === "left")) people.set(line(n.username), n.change);
    else texts.push(tellNotice(n));
  }
  const parts = [];
  for (const how of ["joined", "left"]) {
    const names = [...people].filter(([, last]) => last === how).map(([name]) => name);
    if (names.length) parts.push(`${some(names)} ${how}`);
  }
  return [...parts, ...texts].join(" · ");
}

/** @param {Notice} n */
function tellNotice(n) {
  const who = line(n.username ?? ""), by = line(n.by ?? n.username ?? "");
  if (n.type === "pin") return `${who} pinned a message`;
  switch (n.change) {
    case "removed": return `${by} removed ${who}`;
    case "invited": return `${by} invited ${who}`;
    case "role": return `${by} made ${who} ${n.role}`;
    case "topic": return n.topic ? `${who} set the topic: ${line(n.topic)}` : `${who} took the topic away`;
    case "renamed": return `${who} named the room #${line(n.room ?? "")}`;
    case "archived": return `${who} archived the room`;
    case "unarchived": return `${who} took the room out of the archive`;
    default: return `${who} changed the room`;
  }
}
