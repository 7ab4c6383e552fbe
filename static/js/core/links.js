// Finds what can be followed in a text: http and https, as far as the URL parser agrees. All else stays text.

const CANDIDATE = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const TRAILING = /[.,:;!?…。、，！？：；」』）】》*_~]$/u;
const OPENERS = { ")": "(", "]": "[", "}": "{" };

/** Without the punctuation of the sentence, and without a bracket that was opened before the address. */
function trim(url) {
  const last = url.at(-1);
  const isUnopened = last in OPENERS && url.split(last).length > url.split(OPENERS[last]).length;
  return TRAILING.test(url) || isUnopened ? trim(url.slice(0, -1)) : url;
}

/** The text in pieces: `{ type: "text", text }` and `{ type: "link", text, href }`. */
export function splitLinks(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = trim(match[0]);
    if (!URL.canParse(shown)) continue;
    const url = new URL(shown);
    // An address with credentials is a disguise: https://bank.example@evil.example/
    if (url.username || url.password) continue;
    if (match.index > end) pieces.push({ type: "text", text: text.slice(end, match.index) });
    pieces.push({ type: "link", text: shown, href: url.href });
    end = match.index + shown.length;
  }
  if (end < text.length) pieces.push({ type: "text", text: text.slice(end) });
  return pieces;
}
