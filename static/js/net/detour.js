// Whether WebSockets come through at all: proxies may strip what asks for one.

import { makeStreamSocket } from "./stream.js";

/** So many in a row that do not open, while the server answers otherwise, are no accident. */
const MOST = 2;
let failures = 0;

/** A WebSocket has not opened. @returns what makes a connection without one; null where another may open. */
export async function detour() {
  const isUp = await fetch("healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(5_000) }).then(({ ok }) => ok, () => false);
  failures = isUp ? failures + 1 : 0;
  return failures >= MOST ? makeStreamSocket : null;
}

/** One has opened. */
export function isBetter() {
  failures = 0;
}
