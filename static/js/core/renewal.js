// When a token is renewed: some time before its end, which differs from page to page.

const LONGEST_MARGIN = 60_000;
const SHORTEST_WAIT = 1_000;
/** Timers of browsers end at 24 days, and are late after a sleep. */
const LONGEST_TIMER = 3_600_000;

/** @param life  How long the token is good, in milliseconds. @param random  0 … 1. @returns after how many milliseconds to renew it. */
export function renewalDelay(life, random) {
  const margin = Math.min(life / 5, LONGEST_MARGIN);
  return Math.max(life - margin - (margin / 2) * random, SHORTEST_WAIT);
}

/** @param left  How long the token is still good. @returns after how many milliseconds to try again. */
export const retryDelay = (left) => Math.max(left / 2, SHORTEST_WAIT);

export const timerFor = (delay) => Math.min(delay, LONGEST_TIMER);

/** What can stand in a header. */
export const isToken = (token) => typeof token === "string" && /^[\x21-\x7e]{1,8192}$/.test(token);

/** The rooms' rights of a token as `[pattern, words]`; none for one that cannot be read. The server alone decides what they are worth. */
export function rightsOf(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    return Object.entries(JSON.parse(new TextDecoder().decode(bytes)).rooms ?? {}).filter(([, words]) => Array.isArray(words));
  } catch {
    return [];
  }
}

/** Whether a room's name fits a pattern, in which each `*` stands for any text. The cost grows with the length of both. */
export function fits(pattern, room) {
  const [first, ...rest] = pattern.normalize("NFC").split("*");
  if (!rest.length) return first === room;
  const last = rest.pop();
  if (!room.startsWith(first) || room.length < first.length + last.length || !room.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = room.indexOf(part, at);
    if (found < 0 || found + part.length > room.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

export const may = (rights, right, room) => rights.some(([pattern, words]) => words.includes(right) && fits(pattern, room));
