// When to come back, and when not to (protocol, section 7).

export const MIN_DELAY_MS = 500;
export const MAX_DELAY_MS = 20_000;

export const isFinal = (code) => [1002, 1003, 1007, 1008, 1009].includes(code) || (code >= 4500 && code <= 4999);

/** Full jitter: a server that just fell is not met by everybody at once. `asked` is `reconnect_ms`. */
export function reconnectDelay(attempt, random, asked) {
  if (asked >= 0) return Math.round(asked + random * MIN_DELAY_MS);
  const ceiling = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** Math.min(attempt + 2, 10));
  return Math.round(MIN_DELAY_MS + random * (ceiling - MIN_DELAY_MS));
}
