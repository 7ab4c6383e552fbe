// Code, links and mentions as pieces that become DOM nodes; none is ever HTML.

const BLOCK = /```(?:[\w+-]{0,20}\n)?([\s\S]+?)```/gu;
const INLINE = /`([^`\n]+)`/gu;
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const TRAILING = /[.,:;!?…。、，！？：；」』）】》*_~]$/u;
const OPENERS = { ")": "(", "]": "[", "}": "{" };

/** `make` gives the piece of a match, or null where it is text all the same. */
function divide(text, pattern, make) {
  const pieces = [];
  let end = 0;
  const say = (to) => to > end && pieces.push({ type: "text", text: text.slice(end, to) });
  for (const match of text.matchAll(pattern)) {
    const { length = match[0].length, ...piece } = make(match) ?? {};
    if (!piece.type) continue;
    say(match.index);
    pieces.push(piece);
    end = match.index + length;
  }
  say(text.length);
  return pieces;
}

/** Without the sentence's punctuation and a bracket that was opened before. */
function trim(url) {
  const last = url.at(-1);
  const isUnopened = last in OPENERS && url.split(last).length > url.split(OPENERS[last]).length;
  return TRAILING.test(url) || isUnopened ? trim(url.slice(0, -1)) : url;
}

/** http and https, as far as the URL parser agrees. */
export const splitLinks = (text) =>
  divide(text, ADDRESS, ([found]) => {
    const shown = trim(found);
    const url = URL.canParse(shown) && new URL(shown);
    // Credentials are a disguise: https://bank.example@evil.example/
    return url && !url.username && !url.password ? { type: "link", text: shown, href: url.href, length: shown.length } : null;
  });

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
