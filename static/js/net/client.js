// The connection: one WebSocket at a time, replies matched by id, and coming back by itself for as long as the page
// lives. It knows the protocol's envelope and close codes, and nothing of rooms.
//
// Events: "phase" (detail: what changed), "welcome" and "event" (detail: what the server sent).

import { SUBPROTOCOL, decode, encodeCommand } from "../core/codec.js";
import { isFinal, reconnectDelay } from "../core/backoff.js";

/** From the first packet to the welcome: a network that swallows packets answers nothing at all. */
const WELCOME_MS = 10_000;
/** How long a reply may take. The command may have been carried out all the same. */
const REPLY_MS = 10_000;
const PROBE_MS = 2_000;
/** A connection that lasted this long was good: the next wait begins small again. */
const GOOD_MS = 10_000;
/** Tries without a welcome before /readyz is asked what is wrong. */
const PATIENCE = 5;

/** A command that was not carried out as far as is known; `code` is the server's, "closed" or "timeout". */
export class CommandError extends Error {
  constructor({ code, message, retry_ms: retryMs }) {
    super(message ?? code);
    Object.assign(this, { code, retryMs });
  }
}

export class ChatClient extends EventTarget {
  /** Whether commands can be sent. */
  isOpen = false;
  #base;
  #hello;
  #socket = null;
  #isStopped = true;
  #pending = new Map();
  #lastId = 0;
  #timers = {};
  #attempt = 0;
  #tries = 0;
  #askedDelay;
  #isProbing = false;
  #idleMs = 25_000;

  /**
   * @param {string} base  The page's address: the socket is beside it.
   * @param {() => object} hello  The fields of the `hello`, asked for at every connection.
   */
  constructor(base, hello) {
    super();
    this.#base = base;
    this.#hello = hello;
  }

  start() {
    this.#isStopped = false;
    this.reconnectNow();
  }

  /** Waits no longer; on the user's wish or because the device woke up. */
  reconnectNow() {
    if (!this.#isStopped && !this.#socket) this.#connect();
  }

  /** Sends a command and waits for its reply. Rejects with a `CommandError`. */
  request(type, fields, timeout = REPLY_MS) {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) throw new CommandError({ code: "closed" });
      const id = ++this.#lastId;
      const timer = setTimeout(() => this.#answer(id)?.reject(new CommandError({ code: "timeout" })), timeout);
      this.#pending.set(id, { resolve, reject, timer });
      this.#socket.send(encodeCommand(type, fields, id));
    });
  }

  /** Sends a command that may be lost. */
  post(type, fields) {
    if (this.isOpen) this.#socket.send(encodeCommand(type, fields));
  }

  /** Finds out whether the connection still is one: a browser may take minutes to notice that it is not. */
  async probe() {
    if (!this.isOpen) return this.reconnectNow();
    if (this.#isProbing) return;
    this.#isProbing = true;
    const socket = this.#socket;
    try {
      await this.request("ping", {}, PROBE_MS);
    } catch ({ code }) {
      if (code === "timeout" && socket === this.#socket) {
        this.#ended(4001, "");
        this.reconnectNow();
      }
    } finally {
      this.#isProbing = false;
    }
  }

  #connect() {
    clearTimeout(this.#timers.reconnect);
    this.#tell({ phase: "connecting" });
    const url = new URL("ws", this.#base);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(url, SUBPROTOCOL));
    // The late events of a socket that was given up are nobody's.
    const current = (handle) => (event) => socket === this.#socket && handle(event);
    socket.onopen = current(() => socket.send(encodeCommand("hello", this.#hello(), ++this.#lastId)));
    socket.onmessage = current(({ data }) => this.#received(data));
    socket.onclose = current(({ code, reason }) => this.#ended(code, reason));
    this.#timers.welcome = setTimeout(current(() => this.#ended(1006, "")), WELCOME_MS);
  }

  #received(data) {
    // The server's own pings are invisible to a page, so a long silence is broken from here.
    clearTimeout(this.#timers.idle);
    this.#timers.idle = setTimeout(() => this.probe(), this.#idleMs);
    const message = decode(data);
    if (!message) return;
    const { type, id, code, retry_ms: retryMs } = message;
    if (type === "welcome") return this.#welcomed(message);
    if (type === "ok") return this.#answer(id)?.resolve(message);
    const asked = type === "error" && this.#answer(id);
    if (asked) return asked.reject(new CommandError(message));
    if (type === "error" && !this.isOpen) return this.#refused(code, retryMs, message.message);
    if (type === "closing") this.#askedDelay = message.reconnect_ms;
    this.dispatchEvent(new CustomEvent("event", { detail: message }));
  }

  /** What waits for the reply `id`, once. */
  #answer(id) {
    const waiting = this.#pending.get(id);
    clearTimeout(waiting?.timer);
    this.#pending.delete(id);
    return waiting;
  }

  #welcomed(welcome) {
    clearTimeout(this.#timers.welcome);
    this.isOpen = true;
    this.#tries = 0;
    this.#askedDelay = undefined;
    this.#timers.good = setTimeout(() => (this.#attempt = 0), GOOD_MS);
    if (welcome.ping_seconds > 0) this.#idleMs = welcome.ping_seconds * 1000;
    this.dispatchEvent(new CustomEvent("welcome", { detail: welcome }));
  }

  /** The `hello` was not accepted: the store is away and it may be later, or the same again would not help. */
  #refused(code, retryMs, reason) {
    if (retryMs !== undefined || code === "unavailable") {
      this.#askedDelay = retryMs;
      return this.#ended(1013, reason);
    }
    this.#drop();
    this.#tell({ phase: "ended", refused: code, reason });
  }

  #ended(code, reason) {
    if (!this.isOpen) this.#tries += 1;
    this.#drop();
    if (isFinal(code)) return this.#tell({ phase: "ended", refused: null, code, reason });
    const delay = reconnectDelay(this.#attempt++, Math.random(), this.#askedDelay);
    this.#askedDelay = undefined;
    this.#timers.reconnect = setTimeout(() => this.#connect(), delay);
    this.#tell({ phase: "waiting", code, reason, retryAt: Date.now() + delay, tries: this.#tries });
    if (this.#tries >= PATIENCE) this.#askReadiness();
  }

  /** A browser hides why an upgrade was refused; /readyz tells a server that is down from one that turns us away. */
  async #askReadiness() {
    const url = new URL("readyz", this.#base);
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (!this.isOpen) this.#tell({ readiness: !answer ? "unreachable" : answer.ok ? "ready" : "unready" });
  }

  /** Lets go of the socket, dead or alive, and tells all who wait for a reply that none will come. */
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.isOpen = false;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    socket?.close();
    for (const id of [...this.#pending.keys()]) this.#answer(id).reject(new CommandError({ code: "closed" }));
  }

  #tell(change) {
    this.dispatchEvent(new CustomEvent("phase", { detail: change }));
  }
}
