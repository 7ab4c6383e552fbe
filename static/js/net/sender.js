// Sends the messages that wait in a room: one at a time, and again with the same key until it is stored.

/** Errors after which a message is sent again. An internal error that lasts is assumed to be about this message. */
const RETRYABLE = ["rate_limited", "unavailable", "internal"];
const MAX_INTERNAL = 3;
const RETRY_MS = 1_000;
/** The user is told once of longer waits (a mute, slow mode). A mute may be lifted before its end. */
const [LONG_MS, MOST_MS] = [3_000, 15_000];

/** @returns a function that sends all waiting messages of a room, as soon as it can. */
export function makeSender(client, store, rejoin) {
  const busy = new Set();
  return sendWaiting;

  async function sendWaiting(name) {
    if (busy.has(name)) return;
    busy.add(name);
    let internal = 0;
    let told;
    for (;;) {
      const room = store.state.rooms.get(name);
      const entry = room?.outbox.find(({ state }) => state === "queued");
      if (!entry || !client.isOpen || room.phase !== "in" || room.replay > 0) break;
      // The server may have forgotten its key, and would store it twice.
      if (Date.now() - entry.time > store.state.limits.key_seconds * 1000) {
        change(name, entry.key, { state: "failed", error: { code: "old" } });
        continue;
      }
      const error = await send(name, entry);
      if (!error) continue;
      const { code, retryMs } = error;
      if (code === "closed") break;
      if (code === "timeout") client.probe();
      else if (code === "not_joined") rejoin(name);
      else if ((RETRYABLE.includes(code) || retryMs) && !(code === "internal" && ++internal >= MAX_INTERNAL)) {
        if (retryMs >= LONG_MS && told !== entry.key) store.dispatch({ type: "notice", notice: error });
        told = entry.key;
        await new Promise((resolve) => setTimeout(resolve, Math.min(retryMs ?? RETRY_MS, MOST_MS)));
      } else change(name, entry.key, { state: "failed", error });
    }
    busy.delete(name);
  }

  async function send(room, { key, text, kind }) {
    change(room, key, { state: "sending" });
    try {
      const reply = await client.request("send", { room, text, key, kind: kind === "text" ? undefined : kind });
      store.dispatch({ type: "acknowledged", room, key, reply });
    } catch (error) {
      change(room, key, { state: "queued" });
      return error;
    }
  }

  function change(room, key, to) {
    store.dispatch({ type: "outboxChanged", room, key, change: to });
  }
}
