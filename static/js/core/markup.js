// Code, links and mentions as pieces that become DOM nodes; none is ever HTML.

import { divide, splitLinks } from "./links.js";

const BLOCK = /```(?:[\w+-]{0,20}\n)?([\s\S]+?)```/gu;
const INLINE = /`([^`\n]+)`/gu;

/** Korean particles may follow: "@민아가". */
const mentionOf = (name) =>
  new RegExp(`(?<![\\p{L}\\p{N}_@])@(${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")})(?![\\p{Script=Latin}\\p{N}_])`, "giu");

export const mentions = (text, name) => Boolean(name) && text.includes("@") && mentionOf(name).test(text);

export function pieces(text, name) {
  const steps = [
    (plain) => divide(plain, BLOCK, ([, code]) => ({ type: "pre", text: code.replace(/\n$/, "") })),
    (plain) => divide(plain, INLINE, ([, code]) => ({ type: "code", text: code })),
    splitLinks,
    (plain) => (name ? divide(plain, mentionOf(name), ([all]) => ({ type: "mention", text: all })) : [{ type: "text", text: plain }]),
  ];
  return steps.reduce((list, step) => list.flatMap((piece) => (piece.type === "text" ? step(piece.text) : [piece])), [{ type: "text", text }]);
}
