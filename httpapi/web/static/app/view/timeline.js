// The timeline of a room: it keeps what is read where it is, whatever is
// loaded above or arrives below.

import { Component } from "preact";
import { outbox } from "../outbox.js";
import { looking, read } from "../own.js";
import { current, onCaughtUp } from "../rooms.js";
import { rememberPlace } from "../route.js";
import { rowsOf, tellNotices } from "../rows.js";
import { capped } from "../text.js";
import { day, exact } from "../time.js";
import { html } from "../ui.js";
import { moveFocus, pressOn } from "./choosing.js";
import { MessageRow, PendingRow } from "./message.js";

/** @typedef {import("../rooms.js").Room} Room */
/** @typedef {import("../rows.js").Row} Row */

const nearEnd = 24; // pixels that still count as the end
const ahead = 2; // screens from an edge at which more is loaded

onCaughtUp(() => current.value?.timeline.again());

/** @extends {Component<{room: Room}, {atEnd: boolean}>} */
export class TimelineView extends Component {
  state = { atEnd: true };
  /** @type {HTMLElement | null} */
  box = null;
  /** @type {HTMLElement | null} */
  content = null;
  /** @type {{element: HTMLElement, top: number} | null} the row that stays where it is */
  anchor = null;
  /** @type {ResizeObserver | null} */
  sizes = null;
  /** @type {() => void} */
  unwatch = () => {};

  get timeline() {
    return this.props.room.timeline;
  }

  componentDidMount() {
    if (!this.box || !this.content) return;
    this.box.addEventListener("scroll", this.scrolled, { passive: true });
    this.sizes = new ResizeObserver(() => this.settle());
    this.sizes.observe(this.box);
    this.sizes.observe(this.content);
    this.unwatch = looking.subscribe(() => this.note());
    rememberPlace(() => this.place());
    this.settle();
  }

  componentDidUpdate() {
    this.settle();
  }

  componentWillUnmount() {
    this.sizes?.disconnect();
    this.unwatch();
    rememberPlace(() => null);
  }

  scrolled = () => {
    const { box, timeline } = this;
    if (!box) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < nearEnd;
    timeline.following = atEnd && !timeline.hasAfter;
    this.hold();
    this.extend();
    this.note();
    if (timeline.following !== this.state.atEnd) this.setState({ atEnd: timeline.following });
  };

  /** @param {number} y @returns {HTMLElement | null} the first row that reaches below y, from the box's top */
  rowAt(y) {
    const rows = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.content?.children);
    const top = this.box?.getBoundingClientRect().top ?? 0;
    let low = 0, high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom - top <= y) low = middle + 1;
      else high = middle;
    }
    return rows[low] ?? null;
  }

  /** @param {HTMLElement} element */
  topOf(element) {
    return element.getBoundingClientRect().top - (this.box?.getBoundingClientRect().top ?? 0);
  }

  hold() {
    let element = this.rowAt(1);
    // A message is found again after a page was loaded; the line of a day may go.
    while (element && !element.dataset.seq && element.nextElementSibling) element = /** @type {HTMLElement} */ (element.nextElementSibling);
    this.anchor = element && { element, top: this.topOf(element) };
  }

  /** Puts the view where it belongs, after anything has changed. */
  settle() {
    const { box, timeline, anchor } = this;
    if (!box || !timeline.loaded) return;
    if (timeline.aim && this.aimAt(timeline.aim)) timeline.aim = null;
    else if (timeline.following) box.scrollTop = box.scrollHeight;
    else if (anchor?.element.isConnected) box.scrollTop += this.topOf(anchor.element) - anchor.top;
    this.scrolled();
  }

  /** @param {import("../timeline.js").Aim} aim */
  aimAt(aim) {
    const { box, content } = this;
    if (!box || !content) return false;
    if (aim.end) {
      box.scrollTop = box.scrollHeight;
      return true;
    }
    const line = aim.unread && /** @type {HTMLElement | null} */ (content.querySelector(".unread"));
    const row = line || /** @type {HTMLElement | null} */ (content.querySelector(`[data-seq="${aim.seq ?? this.timeline.divider}"]`));
    if (row) box.scrollTop += this.topOf(row) - (aim.offset ?? box.clientHeight / 3);
    else box.scrollTop = box.scrollHeight;
    if (aim.mark) row?.focus({ preventScroll: true });
    return true;
  }

  /** Loads more where the view comes near an end of what is loaded. */
  extend() {
    const { box, timeline } = this;
    if (!box || !timeline.loaded || timeline.failed.value) return;
    const reach = ahead * box.clientHeight;
    if (timeline.hasBefore && box.scrollTop < reach) timeline.older();
    else if (timeline.hasAfter && box.scrollHeight - box.scrollTop - box.clientHeight < reach) timeline.newer();
  }

  /** Notes what was read: what has been on a screen that somebody looks at. */
  note() {
    const { box, timeline } = this;
    if (!box || !timeline.loaded || !looking.value) return;
    if (timeline.following) return read(this.props.room, this.props.room.seen);
    let row = this.rowAt(box.clientHeight);
    if (!row || this.topOf(row) + row.offsetHeight > box.clientHeight) row = /** @type {HTMLElement | null} */ (row ? row.previousElementSibling : this.content?.lastElementChild);
    while (row && !row.dataset.seq) row = /** @type {HTMLElement | null} */ (row.previousElementSibling);
    if (row) read(this.props.room, Number(row.dataset.seq));
  }

  /** The place to come back to. */
  place() {
    const seq = Number(this.anchor?.element.dataset.seq);
    return this.timeline.following || !seq ? null : { seq, offset: this.anchor?.top };
  }

  /** @param {KeyboardEvent} event */
  press = (event) => {
    if (this.content && !moveFocus(event, this.content)) pressOn(event, this.props.room, this.timeline);
  };

  latest = () => {
    const { timeline } = this;
    if (timeline.hasAfter) return timeline.open();
    timeline.giveUp();
    timeline.following = true;
    this.settle();
  };

  render() {
    const { room } = this.props, { timeline } = this;
    timeline.version.value;
    const pending = outbox.value.filter((p) => p.room === room.id);
    const { unread } = room.info.value;
    const rows = rowsOf(timeline, pending);
    return html`<div class="timeline-frame">
      <div class="timeline" role="log" aria-live="off" aria-label=${"Messages in " + room.info.value.title} tabindex="0"
        aria-busy=${timeline.loading.size > 0} ref=${(/** @type {any} */ e) => { this.box = e; }} onKeyDown=${this.press}>
        ${this.edge(rows)}
        <div class="rows" ref=${(/** @type {any} */ e) => { this.content = e; }}>${rows.map((row) => this.row(row))}</div>
        ${timeline.failed.value && (timeline.hasAfter || timeline.loaded && timeline.wanted) ? this.failure() : null}
      </div>
      ${timeline.loaded && !this.state.atEnd ? html`<button type="button" class="latest" onClick=${this.latest}>
        ${unread ? `↓ ${capped(unread)} new` : "↓ Latest"}</button>` : null}
    </div>`;
  }

  /** @param {Row[]} rows */
  edge(rows) {
    const { timeline } = this;
    if (timeline.failed.value) return this.failure();
    if (!timeline.loaded || timeline.hasBefore) return html`<p class="edge">Loading …</p>`;
    return html`<p class="edge">${rows.some((row) => row.kind === "message") ? "This is where it begins." : "Nothing was said here yet."}</p>`;
  }

  failure() {
    return html`<p class="edge">${this.timeline.failed.value} <button type="button" onClick=${() => this.timeline.again()}>Try again</button></p>`;
  }

  /** @param {Row} row */
  row(row) {
    switch (row.kind) {
      case "day": return html`<div key=${row.key} class="day"><span>${day(row.at)}</span></div>`;
      case "unread": return html`<div key=${row.key} class="unread"><span>unread</span></div>`;
      case "notices": return html`<p key=${row.key} class="happened" title=${exact(row.notices[0].at)}>${tellNotices(row.notices)}</p>`;
      case "pending": return html`<${PendingRow} key=${row.key} pending=${row.pending} joined=${row.joined} />`;
      default: return html`<${MessageRow} key=${row.key} room=${this.props.room} message=${row.message} joined=${row.joined} />`;
    }
  }
}
