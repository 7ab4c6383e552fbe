// One WebSocket that reconnects by itself, or a stream where none comes through. It has the events "phase", "welcome" and "event",
// with details.

import { SUBPROTOCOL, decode, encodeCommand, isFinal, reconnectDelay } from "../core/protocol.js";

const WELCOME_MS = 10_000;
const REPLY_MS = 10_000;
const PROBE_MS = 2_000;
const GOOD_MS = 10_000;
/** The number of failed tries before the page asks /readyz for the reason. */
const PATIENCE = 5;

/** `code` is the server's, or "closed" or "timeout"; after these two the command may have been carried out. */
const commandError = ({ message, retry_ms: retryMs, ...more }) => Object.assign(new Error(message ?? more.code), more, { retryMs });

export function makeClient(hello) {
  const pending = new Map();
  const timers = {};
  let socket = null;
  let isStopped = true;
  let lastId = 0;
  let attempt = 0;
  let tries = 0;
  let isProbing = false;
  let idleMs = 25_000;
  let askedDelay;
  let wasOpened = false;
  /** Makes the next connection where no WebSocket comes through. */
  let makeStream = null;
  const client = Object.assign(new EventTarget(), { isOpen: false, start, reconnectNow, request, post, probe, refused });
  return client;

  function start() {
    isStopped = false;
    reconnectNow();
  }

  function reconnectNow() {
    if (!isStopped && !socket) connect();
  }

  function request(type, fields, timeout = REPLY_MS) {
    return new Promise((resolve, reject) => {
      if (!client.isOpen) throw commandError({ code: "closed" });
      const id = ++lastId;
      const timer = setTimeout(() => answer(id)?.reject(commandError({ code: "timeout" })), timeout);
      pending.set(id, { resolve, reject, timer });
      socket.send(encodeCommand(type, fields, id));
    });
  }

  function post(type, fields) {
    if (client.isOpen) socket.send(encodeCommand(type, fields));
  }

  /** Finds out whether the connection is dead: a browser may take minutes to notice. */
  async function probe() {
    if (!client.isOpen) return reconnectNow();
    if (isProbing) return;
    isProbing = true;
    const probed = socket;
    const code = await request("ping", {}, PROBE_MS).then(() => "", (error) => error.code);
    isProbing = false;
    if (code !== "timeout" || socket !== probed) return;
    ended(4001, "");
    reconnectNow();
  }

  function connect() {
    clearTimeout(timers.reconnect);
    tell({ phase: "connecting" });
    const mine = (socket = makeStream?.() ?? takeEarly() ?? new WebSocket(new URL("ws", location).href.replace("http", "ws"), SUBPROTOCOL));
    // Late events of a socket that was given up are ignored.
    const current = (handle) => (event) => socket === mine && handle(event);
    const id = ++lastId;
    wasOpened = false;
    if (!mine.received) mine.onopen = async () => {
      if (socket === mine) wasOpened = true;
      const fields = await hello().catch(() => null);
      if (socket !== mine) return;
      if (fields) mine.send(encodeCommand("hello", fields, id));
      else ended(1006, "");
    };
    mine.onmessage = current(({ data }) => received(data));
    mine.onclose = current(({ code, reason }) => ended(code, reason));
    mine.onbetter = current(() => (drop(), findWay("isBetter"), connect()));
    timers.welcome = setTimeout(current(() => ended(1006, "")), WELCOME_MS);
    mine.received?.forEach(received);
  }

  /** The socket on which boot.js has sent `hello`, with the messages it has `received`; null when it has closed since. */
  function takeEarly() {
    const { early } = window;
    delete window.early;
    return early?.readyState <= WebSocket.OPEN ? early : null;
  }

  function received(data) {
    // A page does not see the server's pings, so after a long silence it asks.
    clearTimeout(timers.idle);
    timers.idle = setTimeout(probe, idleMs);
    const message = decode(data);
    wasOpened = true;
    if (!message) return;
    const { type, id, code, retry_ms: retryMs } = message;
    if (type === "welcome") return welcomed(message);
    if (type === "ok") return answer(id)?.resolve(message);
    const asked = type === "error" && answer(id);
    if (asked) return asked.reject(commandError(message));
    if (type === "error" && !client.isOpen) return refused(code, retryMs, message.message);
    if (type === "closing") askedDelay = message.reconnect_ms;
    emit("event", message);
  }

  function answer(id) {
    const waiting = pending.get(id);
    clearTimeout(waiting?.timer);
    pending.delete(id);
    return waiting;
  }

  function welcomed(welcome) {
    clearTimeout(timers.welcome);
    client.isOpen = true;
    client.isStream = socket.isStream;
    tries = 0;
    askedDelay = undefined;
    timers.good = setTimeout(() => (attempt = 0), GOOD_MS);
    if (welcome.ping_seconds > 0) idleMs = welcome.ping_seconds * 1000;
    emit("welcome", welcome);
  }

  /** The server refused the `hello`, for now or for good. */
  function refused(code, retryMs, reason) {
    if (retryMs !== undefined || code === "unavailable") {
      askedDelay = retryMs;
      return ended(1013, reason);
    }
    drop();
    tell({ phase: "ended", refused: code, reason });
  }

  function ended(code, reason) {
    if (!client.isOpen) tries += 1;
    makeStream = null;
    if (!wasOpened && code === 1006) findWay("detour");
    drop();
    if (isFinal(code)) return tell({ phase: "ended", refused: null, code, reason });
    const delay = reconnectDelay(attempt++, Math.random(), askedDelay ?? (code === 4002 && attempt === 1 ? 0 : undefined));
    askedDelay = undefined;
    timers.reconnect = setTimeout(connect, delay);
    tell({ phase: "waiting", code, reason, retryAt: Date.now() + delay, tries });
    if (tries >= PATIENCE) askReadiness();
  }

  /** Whether WebSockets come through is known elsewhere, since they mostly do. */
  async function findWay(step) {
    const found = await import("./detour.js").then((more) => more[step](), () => null);
    if (!client.isOpen) makeStream = found;
  }

  /** Asks for the reason, because a browser hides why an upgrade was refused. */
  async function askReadiness() {
    const readiness = await import("./readiness.js").then((more) => more.readiness(), () => "unreachable");
    if (!client.isOpen) tell({ readiness });
  }

  function drop() {
    const old = socket;
    socket = null;
    client.isOpen = false;
    for (const timer of Object.values(timers)) clearTimeout(timer);
    old?.close();
    for (const id of [...pending.keys()]) answer(id).reject(commandError({ code: "closed" }));
  }

  function tell(change) {
    emit("phase", change);
  }

  function emit(type, detail) {
    client.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
