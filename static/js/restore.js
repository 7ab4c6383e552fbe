// Sends what an earlier page could not deliver, with its key, so that it is stored once.

import * as storage from "./storage.js";

export function restoreOutbox({ act, open, saved, sendWaiting }) {
  const entries = storage.keys("outbox.").map((key) => storage.readJSON(key, {}));
  for (const { room, ...entry } of entries.sort((a, b) => a.time - b.time)) {
    if (!room || !entry.key || saved.has(entry.key)) continue;
    saved.add(entry.key);
    open(room, false);
    act("queued", { room, entry });
    sendWaiting(room);
  }
}
