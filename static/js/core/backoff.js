// When to come back after a connection ended, and when not to.

export const MIN_DELAY_MS = 500;
export const MAX_DELAY_MS = 20_000;

/** After these codes the same connection would end the same way (protocol, section 7). */
export const isFinal = (code) => [1002, 1003, 1007, 1008, 1009].includes(code) || (code >= 4500 && code <= 4999);

/**
 * Full jitter up to a ceiling that doubles with each try, the first included: a server that just fell must not be met
 * by everybody at once.
 *
 * @param {number} attempt  Tries since the connection was last good, from 0.
 * @param {number} random  In 0 ..< 1.
 * @param {number} [asked]  `reconnect_ms`: the server spreads its clients itself.
 */
export function reconnectDelay(attempt, random, asked) {
  if (asked >= 0) return Math.round(asked + random * MIN_DELAY_MS);
  const ceiling = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** Math.min(attempt + 2, 10));
  return Math.round(MIN_DELAY_MS + random * (ceiling - MIN_DELAY_MS));
}
