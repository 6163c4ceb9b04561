// The part of a room's history that is loaded. New lines never push out what
// is being read: beyond a size the far end is dropped, and loaded again when
// somebody goes there.

import { signal } from "@preact/signals";
import { call } from "./api.js";
import { isMe } from "./people.js";

const pageSize = 50;
const stepSize = 30; // while somebody scrolls: what is drawn at once must fit into a frame
const mostLoaded = 400; // messages at once
const slack = 30; // are dropped together: one by one would cost a layout each

/** @typedef {{seq?: number, offset?: number, end?: boolean, unread?: boolean, mark?: boolean}} Aim where the view should go */

export class Timeline {
  /** @param {number} room */
  constructor(room) {
    this.room = room;
    /** @type {Message[]} */
    this.messages = [];
    /** @type {Notice[]} */
    this.notices = [];
    this.hasBefore = false;
    this.hasAfter = false; // there are newer ones that are not loaded
    this.loaded = false;
    this.following = true; // the view stays at the end
    this.divider = 0; // the unread line stands above what follows this seq
    /** @type {Aim | null} */
    this.aim = null;
    this.version = signal(0);
    this.failed = signal("");
    /** @type {Parameters<Timeline["open"]> | null} what was to be opened and is not yet */
    this.wanted = null;
    /** @type {Map<string, Promise<void>>} */
    this.loading = new Map();
    /** @type {Line[]} what happens while something is loaded */
    this.held = [];
    this.touched = false;
    this.generation = 0;
  }

  get last() {
    return this.messages.at(-1)?.seq ?? 0;
  }

  /** Whether what is loaded is about to be replaced. */
  get opening() {
    return !this.loaded || this.loading.has("newest") || this.loading.has("around");
  }

  // One render for all that happens until the next frame. A hidden page has no
  // frames, and needs none.
  touch() {
    if (this.touched) return;
    this.touched = true;
    const done = () => {
      this.touched = false;
      this.version.value++;
    };
    if (document.hidden) setTimeout(done, 250);
    else requestAnimationFrame(done);
  }

  /**
   * Loads the newest messages, or those around a seq.
   * @param {number} [around]
   * @param {Aim} [aim]
   */
  open(around, aim = { end: true }) {
    this.generation++;
    this.loading.clear();
    this.giveUp();
    this.wanted = [around, aim];
    return this.#load(around ? "around" : "newest", around ? `around=${around}` : "", pageSize, (page) => {
      this.messages = page.messages;
      this.notices = page.notices ?? [];
      this.hasBefore = page.has_before;
      this.hasAfter = page.has_after;
      this.loaded = true;
      this.following = Boolean(aim.end) && !page.has_after;
      this.aim = aim;
      this.wanted = null;
    });
  }

  /** Tries what failed once more. What is near the view, the view asks for. */
  again() {
    if (this.failed.value && this.wanted) this.open(...this.wanted);
    this.failed.value = "";
  }

  /** Tries nothing of it again: somebody wants to be elsewhere. */
  giveUp() {
    this.wanted = null;
    this.failed.value = "";
  }

  older() {
    if (this.opening || !this.hasBefore || !this.messages.length) return;
    const from = this.messages[0].seq;
    return this.#load("before", `before=${from}`, stepSize, (page) => {
      this.messages = [...page.messages, ...this.messages];
      this.#addNotices(page.notices);
      this.hasBefore = page.has_before;
      if (this.messages.length > mostLoaded) this.#dropNewest();
    });
  }

  newer() {
    if (this.opening || !this.hasAfter) return;
    return this.#load("after", `after=${this.last}`, stepSize, (page) => {
      this.messages = [...this.messages, ...page.messages];
      this.#addNotices(page.notices);
      this.hasAfter = page.has_after;
      if (this.messages.length > mostLoaded) this.#dropOldest();
    });
  }

  /**
   * @param {string} what
   * @param {string} span
   * @param {number} limit
   * @param {(page: Page) => void} use
   */
  #load(what, span, limit, use) {
    let load = this.loading.get(what);
    if (!load) {
      const generation = this.generation;
      load = call("GET", `/rooms/${this.room}/messages?limit=${limit}&${span}`.replace(/&$/, "")).then((page) => {
        if (generation !== this.generation) return;
        use(/** @type {Page} */ (page));
        const held = this.held.filter((line) => line.seq > page.head);
        for (const line of held) this.#apply(line);
        this.failed.value = "";
      }).catch((error) => {
        if (generation === this.generation) this.failed.value = error.message;
      }).finally(() => {
        if (generation !== this.generation) return;
        this.loading.delete(what);
        if (!this.loading.size) this.held = [];
        this.touch();
      });
      this.loading.set(what, load);
      this.touch();
    }
    return load;
  }

  /** @param {Notice[]} [notices] */
  #addNotices(notices = []) {
    const known = new Set(this.notices.map((notice) => notice.seq));
    this.notices = [...this.notices, ...notices.filter((notice) => !known.has(notice.seq))].sort((a, b) => a.seq - b.seq);
  }

  #dropOldest() {
    this.messages = this.messages.slice(this.messages.length - mostLoaded + slack);
    this.hasBefore = true;
    this.notices = this.notices.filter((notice) => notice.seq > this.messages[0].seq);
  }

  #dropNewest() {
    this.messages = this.messages.slice(0, mostLoaded - slack);
    this.hasAfter = true;
    this.following = false;
    this.notices = this.notices.filter((notice) => notice.seq < this.last);
  }

  /** Keeps little of a room that nobody looks at. */
  rest() {
    if (this.following && this.messages.length > pageSize) {
      this.messages = this.messages.slice(-pageSize);
      this.hasBefore = true;
      this.notices = this.notices.filter((notice) => notice.seq > this.messages[0].seq);
    }
  }

  /** @param {Line} line an event of the room's history */
  apply(line) {
    if (this.loading.size) this.held.push(line);
    if (this.loaded) this.#apply(line);
  }

  /** @param {Line} line */
  #apply(line) {
    switch (line.type) {
      case "message":
        this.#append(line);
        break;
      case "edited":
        this.#change(line.target, (m) => ({
          ...m, content: line.content, nodes: line.nodes, mentions: line.mentions, edited_at: line.edited_at,
        }));
        break;
      case "deleted":
        this.#change(line.target, (m) => ({
          ...m, content: "", nodes: undefined, mentions: undefined, reactions: undefined, pinned: false, deleted: true,
        }));
        this.messages = this.messages.map((m) => m.reply_to === line.target && m.quote ? { ...m, quote: { ...m.quote, text: "", deleted: true } } : m);
        break;
      case "reaction":
        this.#change(line.target, (m) => ({ ...m, reactions: withReaction(m.reactions ?? [], line.emoji, line.username, line.added) }));
        break;
      case "pin":
        this.#change(line.target, (m) => ({ ...m, pinned: line.added }));
        this.#notice(line);
        break;
      default:
        this.#notice(line);
    }
    this.touch();
  }

  /** @param {Line} line */
  #append(line) {
    if (this.hasAfter || line.seq <= this.last) return;
    if (this.messages.length >= mostLoaded) {
      if (this.following) {
        this.#dropOldest();
      } else {
        this.hasAfter = true;
        return;
      }
    }
    const { type, nonce, ...message } = line;
    this.messages.push(/** @type {Message} */ (/** @type {unknown} */ (message)));
  }

  /** @param {Line} line */
  #notice(line) {
    if (!this.hasAfter) this.#addNotices([/** @type {Notice} */ (/** @type {unknown} */ (line))]);
    if (this.notices.length > mostLoaded) this.notices = this.notices.slice(slack);
  }

  /**
   * @param {number} seq
   * @param {(message: Message) => Message} change
   */
  #change(seq, change) {
    const at = this.messages.findIndex((message) => message.seq === seq);
    if (at >= 0) this.messages[at] = change(this.messages[at]);
  }

  /** @param {number} seq */
  find(seq) {
    return this.messages.find((message) => message.seq === seq);
  }

  /** The newest message of mine that can still be edited. */
  mine() {
    return this.messages.findLast((message) => isMe(message.author.username) && !message.deleted);
  }
}

/**
 * @param {Reaction[]} reactions
 * @param {string} emoji
 * @param {string} username
 * @param {boolean} added
 * @returns {Reaction[] | undefined}
 */
function withReaction(reactions, emoji, username, added) {
  const old = reactions.find((r) => r.emoji === emoji) ?? { emoji, count: 0, usernames: [], mine: false };
  const own = isMe(username), known = own ? old.mine : old.usernames.includes(username);
  // A page may have it already. Of many who reacted only some are named.
  if (known === added && (added || own || old.usernames.length === old.count)) return reactions.length ? reactions : undefined;
  const others = old.usernames.filter((name) => name !== username);
  const now = { emoji, count: old.count + (added ? 1 : -1), usernames: added ? [...others, username] : others, mine: own ? added : old.mine };
  const left = (old.count ? reactions.map((r) => r === old ? now : r) : [...reactions, now]).filter((r) => r.count > 0);
  return left.length ? left : undefined;
}
