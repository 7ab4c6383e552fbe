// Reads new messages to who listens instead of looking: once each, politely, never a replay and never one's own.

import { h } from "../dom.js";

/** What was said need not be found again by who walks through the page. */
const KEEP_MS = 10_000;

export function mountAnnouncer(root, store) {
  let before;
  store.subscribe(({ rooms, current, ids }) => {
    const room = rooms.get(current);
    const isLive = room && room.name === before?.name && before.phase === "in" && !room.replay && !before.replay;
    const last = isLive ? room.items.lastIndexOf(before.items.at(-1)) : -1;
    // Without what was last before, nothing is known to be new, except where there was nothing at all.
    const isKnown = isLive && room.items !== before.items && (last >= 0 || before.items.length === 0);
    before = room;
    if (!isKnown) return;
    for (const { from, text } of room.items.slice(last + 1)) {
      if (!from || ids.has(from.id)) continue;
      const line = h("p", {}, `${from.name}: ${text}`);
      root.append(line);
      setTimeout(() => line.remove(), KEEP_MS);
    }
  });
}
