// Search in messages: letters of any case, Hangul in any normal form.

const AROUND = 60;

const keyOf = (text) => text.normalize("NFC").toLocaleLowerCase();

/** Messages that have the words in their text or their author's name, the newest first. */
export function found(items, words) {
  const wanted = keyOf(words.trim());
  if (!wanted) return [];
  return items.filter(({ type, text, from }) => type === "message" && (keyOf(text).includes(wanted) || keyOf(from.name).includes(wanted))).reverse();
}

/** The place of the words in a text, with some text around them. */
export function snippet(text, words) {
  const wanted = keyOf(words.trim());
  // If the lower case has another length, the place may be wrong, but no text is lost.
  const at = Math.max(0, keyOf(text).indexOf(wanted));
  const length = keyOf(text).includes(wanted) ? wanted.length : 0;
  const start = Math.max(0, at - AROUND);
  const end = Math.min(text.length, at + length + AROUND * 3);
  const line = (part) => part.replace(/\s+/gu, " ");
  return {
    before: (start > 0 ? "…" : "") + line(text.slice(start, at)),
    hit: text.slice(at, at + length),
    after: line(text.slice(at + length, end)) + (end < text.length ? "…" : ""),
  };
}
