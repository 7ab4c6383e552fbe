// A formatted text as DOM nodes. Text from other people becomes text nodes only.

import { inlineNodesOf, nodesOf } from "../core/markup.js";
import { h } from "../dom.js";

const inside = (node) => node.children.map(nodeOf);
const items = ({ items }) => items.map((item) => h("li", { class: item.isDeep ? "deep" : "", value: item.number }, ...inside(item)));

const NODES = {
  text: ({ text }) => document.createTextNode(text),
  link: ({ text, href }) => h("a", ownRoom(href) ?? { href, target: "_blank", rel: "noopener noreferrer" }, text),
  code: ({ text }) => h("code", {}, text),
  pre: ({ text }) => h("pre", { tabIndex: 0 }, h("code", {}, text)),
  mention: ({ text }) => h("mark", {}, text),
  bold: (node) => h("strong", {}, ...inside(node)),
  italic: (node) => h("em", {}, ...inside(node)),
  quote: (node) => h("blockquote", {}, ...inside(node)),
  bullets: (node) => h("ul", {}, ...items(node)),
  ordered: (node) => h("ol", {}, ...items(node)),
};

const nodeOf = (node) => NODES[node.type](node);

/** A link to a room of this server opens in this tab. */
function ownRoom(href) {
  const [page, hash] = href.split("#");
  return hash && page === location.href.split("#")[0] ? { href: `#${hash}` } : undefined;
}

/** @param reader  The name whose mentions are marked. @param isInline  The text is part of a sentence: "Mina waves". */
export const formatted = (text, reader, isInline) => (isInline ? inlineNodesOf : nodesOf)(text, reader).map(nodeOf);
