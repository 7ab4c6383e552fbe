// The protocol (chat.v1): objects to and from the wire, and when to reconnect.

export const SUBPROTOCOL = "chat.v1";

export const encodeCommand = (type, fields, id) => JSON.stringify({ type, id, ...fields });

const isText = (value) => typeof value === "string";
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isUser = (value) => isText(value?.id) && isText(value.name);
const isAboutUser = (e) => isText(e.room) && isUser(e.user);

const SHAPES = {
  __proto__: null,
  welcome: (e) => isUser(e.user) && isText(e.session),
  ok: (e) => isCount(e.id),
  error: (e) => isText(e.code),
  // A message of another program has no place in the log.
  message: (e) => isText(e.room) && isUser(e.from) && isText(e.text) && isCount(e.time) &&
    (e.seq === undefined ? e.epoch === undefined : isCount(e.seq) && isText(e.epoch)),
  joined: isAboutUser,
  left: isAboutUser,
  renamed: isAboutUser,
  typing: isAboutUser,
  presence: (e) => isText(e.room) && isCount(e.member_count),
  gap: (e) => isText(e.room) && isText(e.epoch) && isCount(e.from) && isCount(e.to),
  reset: (e) => isText(e.room) && isText(e.epoch),
  removed: (e) => isText(e.room) && isText(e.code),
  status: (e) => isText(e.state),
  closing: (e) => isCount(e.code),
};

/** Whether the name stands in the text (`kinds.js`). */
export const namesAuthor = ({ kind }) => kind === "action";

/** Null for a message that this client does not know; a newer server may send one. */
export function decode(data) {
  try {
    const value = JSON.parse(data);
    return SHAPES[value.type](value) ? value : null;
  } catch {
    return null;
  }
}

export const MIN_DELAY_MS = 500;
export const MAX_DELAY_MS = 20_000;

/** Closed for good (protocol, section 7). */
export const isFinal = (code) => [1002, 1003, 1007, 1008, 1009].includes(code) || (code >= 4500 && code <= 4999);

/** Full jitter: after a crash not everybody reconnects at the same moment. `asked` is `reconnect_ms`. */
export function reconnectDelay(attempt, random, asked) {
  if (asked >= 0) return Math.round(asked + random * MIN_DELAY_MS);
  const ceiling = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** Math.min(attempt + 2, 10));
  return Math.round(MIN_DELAY_MS + random * (ceiling - MIN_DELAY_MS));
}
