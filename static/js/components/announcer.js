// Reads new messages to who listens: once each, never a replay or one's own.

import { h } from "../dom.js";

const KEEP_MS = 10_000;

export function mountAnnouncer(root, store) {
  let before;
  store.subscribe(({ rooms, current, ids }) => {
    const room = rooms.get(current);
    const isLive = room && room.name === before?.name && before.phase === "in" && !room.replay && !before.replay;
    const last = isLive ? room.items.lastIndexOf(before.items.at(-1)) : -1;
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
