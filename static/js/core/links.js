// Finds http and https addresses, as far as the URL parser agrees.

const CANDIDATE = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const TRAILING = /[.,:;!?…。、，！？：；」』）】》*_~]$/u;
const OPENERS = { ")": "(", "]": "[", "}": "{" };

/** `make` gives the piece of a match, or null where it is text all the same. */
export function divide(text, pattern, make) {
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

export const splitLinks = (text) =>
  divide(text, CANDIDATE, ([found]) => {
    const shown = trim(found);
    const url = URL.canParse(shown) && new URL(shown);
    // Credentials are a disguise: https://bank.example@evil.example/
    return url && !url.username && !url.password ? { type: "link", text: shown, href: url.href, length: shown.length } : null;
  });
