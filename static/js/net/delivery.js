// Brings what the user wrote to the server: one message at a time and room, so that the order holds, and again with the
// same key until it is known to be stored (protocol, section 4: safe retry).

/** After these the same command may succeed. An internal error that lasts is the message's own. */
const RETRYABLE = ["rate_limited", "unavailable", "internal"];
const MAX_INTERNAL = 3;
const RETRY_MS = 1_000;

export class Delivery {
  #client;
  #store;
  #rejoin;
  #busy = new Set();

  /** @param {(room: string) => void} rejoin  Joins a room that the server says we are not in. */
  constructor(client, store, rejoin) {
    this.#client = client;
    this.#store = store;
    this.#rejoin = rejoin;
  }

  /** Sends what waits in a room. Without effect before the welcome, the room's `ok` and the end of its replay. */
  async flush(name) {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    let internal = 0;
    for (;;) {
      const room = this.#store.state.rooms.get(name);
      const entry = room?.outbox.find(({ state }) => state === "queued");
      if (!entry || !this.#client.isOpen || room.phase !== "in" || room.replay > 0) break;
      const error = await this.#send(name, entry);
      if (!error) continue;
      const { code, message, retryMs } = error;
      if (code === "closed") break;
      if (code === "timeout") this.#client.probe();
      else if (code === "not_joined") this.#rejoin(name);
      else if (RETRYABLE.includes(code) && !(code === "internal" && ++internal >= MAX_INTERNAL)) {
        await new Promise((resolve) => setTimeout(resolve, retryMs ?? RETRY_MS));
      } else this.#change(name, entry.key, { state: "failed", error: { code, message } });
    }
    this.#busy.delete(name);
  }

  /** @returns the error, if any. */
  async #send(room, { key, text, kind }) {
    this.#change(room, key, { state: "sending" });
    try {
      const reply = await this.#client.request("send", { room, text, key, kind: kind === "action" ? kind : undefined });
      this.#store.dispatch({ type: "outbox/acknowledged", room, key, reply });
    } catch (error) {
      this.#change(room, key, { state: "queued" });
      return error;
    }
  }

  #change(room, key, change) {
    this.#store.dispatch({ type: "outbox/changed", room, key, change });
  }
}
