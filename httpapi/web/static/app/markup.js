// The tree of a message's Markdown, drawn as elements: text stays text.

import { showPerson } from "./actions.js";
import { line, visible } from "./text.js";
import { html } from "./ui.js";

/** @param {MarkupNode} node */
const inside = (node) => (node.nodes ?? []).map(draw);

/** @param {MarkupNode} node @returns {string} */
const labelOf = (node) => node.text ?? (node.nodes ?? []).map(labelOf).join("");

/** @param {MarkupNode} node */
function drawLink(node) {
  const href = node.href ?? "";
  if (!/^(https?:\/\/|mailto:)/.test(href)) return inside(node); // the server promises it; so does the page
  let host = "";
  try {
    const url = new URL(href);
    host = url.host || url.pathname;
  } catch {
    return inside(node);
  }
  const label = labelOf(node);
  const plain = label === href || label.replace(/^(https?:\/\/|mailto:)/, "") === href.replace(/^(https?:\/\/|mailto:)/, "").replace(/\/$/, "");
  return html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${inside(node)}</a>${
    plain ? null : html` <span class="host">(${line(host)})</span>`}`;
}

/** @type {Record<NodeKind, (node: MarkupNode) => any>} */
const drawers = {
  text: (n) => visible(n.text ?? ""),
  break: () => html`<br />`,
  emphasis: (n) => html`<em>${inside(n)}</em>`,
  strong: (n) => html`<strong>${inside(n)}</strong>`,
  strike: (n) => html`<s>${inside(n)}</s>`,
  code: (n) => html`<code>${visible(n.text ?? "")}</code>`,
  link: drawLink,
  mention: (n) => html`<button type="button" class="mention" tabindex="-1" onClick=${() => showPerson(n.text ?? "")}>@${line(n.text ?? "")}</button>`,
  room: (n) => html`<a class="mention" href=${"/room/" + n.text}>#${line(n.text ?? "")}</a>`,
  code_block: (n) => html`<pre tabindex="0" role="group" aria-label=${n.info ? "code, " + line(n.info) : "code"}><code>${visible(n.text ?? "")}</code></pre>`,
  paragraph: (n) => html`<p>${inside(n)}</p>`,
  quote: (n) => html`<blockquote>${inside(n)}</blockquote>`,
  list: (n) => n.ordered ? html`<ol start=${n.start}>${inside(n)}</ol>` : html`<ul>${inside(n)}</ul>`,
  item: (n) => html`<li>${inside(n)}</li>`,
};

/** @param {MarkupNode} node */
const draw = (node) => drawers[node.kind]?.(node) ?? visible(labelOf(node));

/**
 * @param {string} content
 * @param {MarkupNode[]} [nodes] left out where the text is plain
 */
export const drawText = (content, nodes) => nodes ? nodes.map(draw) : html`<p class="plain">${visible(content)}</p>`;

