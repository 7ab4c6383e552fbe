// Divides a text that is too long for one message between paragraphs, lines, sentences or words.

import { byteLength } from "./names.js";

const BOUNDARIES = [/\n{2,}/gu, /\n/gu, /[.!?。！？…]\s+/gu, /\s+/gu];

/** The end of the longest beginning of at most `most` bytes, without dividing a character as people see it. */
function longest(text, most) {
  let [low, high] = [0, Math.min(text.length, most)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (byteLength(text.slice(0, middle)) <= most) low = middle;
    else high = middle - 1;
  }
  const start = Math.max(0, low - 64);
  const ends = Array.from(new Intl.Segmenter().segment(text.slice(start, low + 64)), ({ index }) => start + index);
  // A single character may have more bytes than a message; then it is divided between code points.
  const end = ends.findLast((index) => index > start && index <= low) ?? low;
  return /[\ud800-\udbff]/.test(text[end - 1]) ? end - 1 : end;
}

/** Parts of at most `most` bytes each; joined, they are the text. */
export function splitText(text, most) {
  const parts = [];
  while (byteLength(text) > most) {
    const end = longest(text, most);
    const head = text.slice(0, end);
    // The best kind of boundary that does not leave the part half empty.
    const cuts = BOUNDARIES.map((pattern) => [...head.matchAll(pattern)].at(-1)).map((match) => match && match.index + match[0].length);
    const cut = cuts.find((index) => index > end / 2) ?? end;
    parts.push(text.slice(0, cut));
    text = text.slice(cut);
  }
  return [...parts, text];
}
