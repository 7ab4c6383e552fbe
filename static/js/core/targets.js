// What a moderator's command means: whom, how long and why. `chat-cli` reads them in the same way.

import { skeletonOf } from "./lookalikes.js";
import { endOf } from "./namesakes.js";

/** The commands of moderators, in the order of the help. */
export const RULINGS = ["kick", "mute", "unmute", "ban", "unban", "delete", "purge", "close", "open", "slow"];

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 };
const MOST_SECONDS = 315_360_000;

/** Seconds of a span such as `90s`, `10m`, `1h30m`; null for anything else. */
export function spanOf(text) {
  if (!/^(\d+[smhd])+$/.test(text)) return null;
  const seconds = [...text.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, count, unit]) => sum + count * UNITS[unit], 0);
  return seconds <= MOST_SECONDS ? seconds : null;
}

/** `10m being rude`: how long something holds (undefined: until it is lifted), and why. */
export function rulingOf(text) {
  const [first] = text.split(/\s/u, 1);
  const span = spanOf(first);
  return { seconds: span === null ? undefined : Math.max(1, span), reason: (span === null ? text : text.slice(first.length)).trim() || undefined };
}

/** Users of exactly this name, in upper or lower case; otherwise those whose name, perhaps with the mark, looks like it. */
function usersNamed(name, users) {
  const exact = users.filter((user) => user.name.toLowerCase() === name.toLowerCase());
  if (exact.length) return exact;
  const wanted = skeletonOf(name);
  return users.filter((user) => [user.name, `${user.name}·${endOf(user.id)}`, `${user.name}·${user.id}`].some((shown) => skeletonOf(shown) === wanted));
}

/** `users`, several when it is not clear who is meant, and the `rest`. Names may have blanks, so the longest goes first; an id is always clear. */
export function targetOf(argument, users) {
  const text = argument.replace(/^@/, "");
  const ends = [...text.matchAll(/\s/gu)].map(({ index }) => index).concat(text.length);
  for (const end of ends.reverse()) {
    const found = end ? usersNamed(text.slice(0, end), users) : [];
    if (found.length) return { users: found, rest: text.slice(end).trim() };
  }
  const [word] = text.split(/\s/u, 1);
  return /^u[a-z0-9]{11,}$/.test(word) ? { users: [{ id: word, name: word }], rest: text.slice(word.length).trim() } : { users: [], rest: "" };
}

/** Whether a moderator can delete it: it is in the log, and says something. */
export const isDeletable = ({ type, seq, kind }) => type === "message" && seq !== undefined && kind !== "deleted";

/**
 * The message that `/delete` means: that of a number, or the last one of a user.
 * `item` and `reason`; or `users`, several when it is not clear who is meant, one who wrote nothing, or none.
 */
export function deletionOf(argument, items, users) {
  const [word] = argument.split(/\s/u, 1);
  const deletable = items.filter(isDeletable);
  if (/^[0-9]+$/.test(word)) {
    const item = deletable.findLast(({ seq }) => seq === Number(word));
    return { item, reason: argument.slice(word.length).trim(), users: [] };
  }
  const { users: found, rest } = targetOf(argument, users);
  if (found.length !== 1) return { users: found };
  const [{ id, name }] = found;
  // Programs may have one id in common.
  const item = deletable.findLast(({ from }) => from.id === id && from.name === name) ?? deletable.findLast(({ from }) => from.id === id);
  return { item, reason: rest, users: found };
}
