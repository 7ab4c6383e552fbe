// Fetches the page of messages before the oldest one here.

import { oldestSeq } from "./core/rare.js";

const PAGE = 50;
const loading = new Map();

/** One page at a time: a second caller waits for the same page. */
export function loadOlder(tab, name) {
  if (!loading.has(name)) loading.set(name, fetchOlder(tab, name).finally(() => loading.delete(name)));
  return loading.get(name);
}

async function fetchOlder({ store, client, act }, name) {
  const room = store.state.rooms.get(name);
  const before = room && oldestSeq(room);
  if (!before || !["more", "failed"].includes(room.older) || room.replay > 0 || !client.isOpen) return;
  act("olderAsked", { room: name });
  try {
    const reply = await client.request("history", { room: name, before, epoch: room.epoch, limit: PAGE });
    act("olderCame", { room: name, reply });
  } catch {
    act("olderFailed", { room: name });
  }
}
