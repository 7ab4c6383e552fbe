// The rules for names and texts (protocol, section 5).

const encoder = new TextEncoder();
let segmenter;
/** ASCII needs no segmenter, which takes long to make. */
const graphemes = (text) =>
  /^[ -~]*$/.test(text) ? [...text] : Array.from((segmenter ??= new Intl.Segmenter()).segment(text), ({ segment }) => segment);

export const byteLength = (text) => encoder.encode(text).length;

/** The name in normal form, or null when it is not valid. */
export function roomName(raw, most = 64) {
  const name = String(raw).trim().replace(/^#/, "").normalize("NFC");
  const isValid = /^[\p{L}\p{Nd}_][\p{L}\p{M}\p{Nd}_.-]*$/u.test(name) && !/\p{DI}|\p{M}{31}/u.test(name) && [...name].length <= most && byteLength(name) <= 192;
  return isValid ? name : null;
}

export function userName(raw, most = 32) {
  // The server removes more invisible characters; its `welcome` has the name as it is then.
  const name = String(raw).replace(/[\u00ad\u200b\u2060\ufeff]/g, "").normalize("NFC").trim();
  const isVisible = /[^\p{DI}\p{Z}\u2800]/u.test(name) && !/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]|\p{M}{31}/u.test(name);
  return isVisible && graphemes(name).length <= most && byteLength(name) <= 128 ? name : null;
}

/** As the server stores it. */
export const messageText = (raw) => raw.replace(/\r\n?/g, "\n").replace(/(?![\n\t])\p{Cc}/gu, "").normalize("NFC");

export const hashOfRoom = (room) => `#${encodeURIComponent(room)}`;

export function roomOfHash(hash) {
  try {
    return roomName(decodeURIComponent(hash));
  } catch {
    return null;
  }
}

/** A user's name in a text; `namesakes.js` adds a mark where it is not unique. */
export const labels = { of: ({ name }) => name };

/** The hue of a name, in steps: two hues are equal or clearly different. */
export function hueOf(id) {
  let hash = 2166136261;
  for (const byte of encoder.encode(id)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return ((hash >>> 8) % 24) * 15;
}

/** Two letters for a Latin name of two words, otherwise only the first sign. */
export function initials(name) {
  const words = name.split(/\s+/u).map((word) => graphemes(word)[0] ?? "");
  return (words[1] && /^\p{Script=Latin}/u.test(words[0]) ? words[0] + words[1] : words[0]).toLocaleUpperCase();
}

/** The end of a mention that begins at `index`, or -1. Korean particles may follow: "@민아가". */
export function endOfMention(text, index, name = "") {
  const end = index + 1 + name.length;
  if (!name || text.slice(index + 1, end).toLowerCase() !== name.toLowerCase()) return -1;
  const isInWord = /[\p{L}\p{N}_@]$/u.test(text.slice(Math.max(0, index - 2), index)) || /^[\p{Script=Latin}\p{N}_]/u.test(text.slice(end, end + 2));
  return isInWord ? -1 : end;
}

export function mentions(text, name) {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) if (endOfMention(text, at, name) > 0) return true;
  return false;
}
