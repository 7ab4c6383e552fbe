// The little markup of a chat: code, links and mentions, as pieces that become DOM nodes one by one; none is ever HTML.

import { splitLinks } from "./links.js";

const BLOCK = /```(?:[\w+-]{0,20}\n)?([\s\S]+?)```/gu;
const INLINE = /`([^`\n]+)`/gu;

/** `@name` as a word of its own; Korean particles may follow it ("@민아가"). */
const mentionOf = (name) =>
  new RegExp(`(?<![\\p{L}\\p{N}_@])@(${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")})(?![\\p{Script=Latin}\\p{N}_])`, "giu");

export const mentions = (text, name) => Boolean(name) && text.includes("@") && mentionOf(name).test(text);

/** Divides what is still plain text; `divide` gives the pieces of one text. */
const divided = (pieces, divide) => pieces.flatMap((piece) => (piece.type === "text" ? divide(piece.text) : [piece]));

const by = (pattern, type, shown) => (text) => {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) pieces.push({ type: "text", text: text.slice(end, match.index) });
    pieces.push({ type, text: shown(match) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ type: "text", text: text.slice(end) });
  return pieces;
};

/** Pieces of the types text, pre, code, link and mention; `name` is the reader's. */
export function pieces(text, name) {
  let list = divided([{ type: "text", text }], by(BLOCK, "pre", ([, code]) => code.replace(/\n$/, "")));
  list = divided(list, by(INLINE, "code", ([, code]) => code));
  list = divided(list, splitLinks);
  return name ? divided(list, by(mentionOf(name), "mention", ([all]) => all)) : list;
}
