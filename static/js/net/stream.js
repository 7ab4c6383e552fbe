// In place of a WebSocket: events come as a stream over HTTP, and commands go by requests (protocol, section 8). To client.js it
// looks like a WebSocket. Rooms are joined and left by another stream, whose events count with those of the one before until it
// has answered for every room.

import { eventsOf, parametersOf, placeAfter, placeOfJoin, withDeletions } from "../core/streams.js";

/** The server writes something every 15 s. */
const SILENCE_MS = 40_000;
const REQUEST_MS = 10_000;
/** How often a WebSocket is tried again. */
const BETTER_MS = 60_000;
/** An address has space for about so much; more goes by POST. */
const MAX_QUERY = 6_000;

/** Who has waited for an answer goes on before the next event, as between two messages of a WebSocket; timers may be late. */
const nextTask = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

export function makeStreamSocket() {
  const rooms = new Map();
  const asked = new Map();
  const streams = new Set();
  /** The deletions that came while a page of the past was asked for, for each such request. */
  const deletions = new Set();
  let hello, bearer, refreshID, silence, better;
  let [lastNumber, isOpening, isDue, wasWelcome, isOver] = [0, false, false, false, false];
  let last = { code: 1006, reason: "" };
  let commands = Promise.resolve();
  const socket = { isStream: true, send, close };
  queueMicrotask(() => isOver || socket.onopen?.());
  return socket;

  function send(text) {
    const { id, ...command } = JSON.parse(text);
    const { type, room, after, history, token, session } = command;
    if (type === "hello") {
      hello = { id, name: command.name };
      bearer = token ?? session;
    } else if (type === "join") {
      asked.set(room, id);
      // Events of an earlier stream are from before the place.
      rooms.set(room, { place: after, history, first: lastNumber + 1 });
    } else if (type === "leave") {
      rooms.delete(room);
      if (id) tell({ type: "ok", id, room });
    } else if (type === "refresh") {
      bearer = token;
      refreshID = id;
    } else {
      commands = commands.then(() => isOver || request(id, command));
      return;
    }
    // What comes together leaves together.
    queueMicrotask(follow);
  }

  function close() {
    isOver = true;
    clearTimeout(silence);
    clearTimeout(better);
    for (const stream of streams) stream.controller.abort();
  }

  function ended(code, reason) {
    if (isOver) return;
    close();
    socket.onclose?.({ code, reason });
  }

  function tell(message) {
    socket.onmessage?.({ data: JSON.stringify(message) });
  }

  function fields() {
    return bearer ? { Authorization: `Bearer ${bearer}` } : {};
  }

  /** The error of an answer that is none of 200. */
  async function errorOf(answer) {
    const { error } = await answer.json().catch(() => ({}));
    return error ?? { code: answer.status >= 500 ? "unavailable" : "bad_command" };
  }

  /** A page may be older than a deletion that came before it: they come on two connections. */
  async function withoutDeleted(command, ask) {
    const meanwhile = [];
    if (command.type !== "history") return ask();
    deletions.add(meanwhile);
    const message = await ask().finally(() => deletions.delete(meanwhile));
    return { ...message, ...(message.messages && { messages: withDeletions(message.messages, meanwhile) }) };
  }

  async function request(id, command) {
    const init = { method: "POST", headers: { ...fields(), "Content-Type": "application/json" }, body: JSON.stringify(command) };
    try {
      const message = await withoutDeleted(command, async () => {
        const answer = await fetch("api/commands", { ...init, signal: AbortSignal.timeout(REQUEST_MS) });
        return answer.ok ? answer.json() : { type: "error", ...(await errorOf(answer)) };
      });
      if (!isOver && (id || message.type === "error")) tell({ ...message, id });
    } catch {
      // Whoever waits for the answer has a limit for it.
    }
  }

  async function follow() {
    if (isOpening || isOver) return (isDue = true);
    isOpening = true;
    do {
      isDue = false;
      await open();
    } while (isDue && !isOver);
    isOpening = false;
  }

  /** Opens a stream, and returns when it has taken the place of those before. */
  async function open() {
    const parameters = parametersOf(wasWelcome ? {} : hello, rooms);
    const controller = new AbortController();
    const stream = { number: ++lastNumber, controller, waiting: new Set(rooms.keys()) };
    const settled = new Promise((resolve) => (stream.settle = resolve));
    streams.add(stream);
    const form = { method: "POST", body: new URLSearchParams(parameters) };
    const [address, init] = parameters.length > MAX_QUERY ? ["api/events", form] : [`api/events?${parameters}`, {}];
    try {
      const answer = await fetch(address, { ...init, headers: fields(), cache: "no-store", signal: controller.signal });
      if (answer.ok) read(stream, answer.body.getReader());
      else refused(answer.status, await errorOf(answer));
    } catch {
      ended(1006, "");
    }
    if (isOver) return;
    await settled;
    for (const old of streams) {
      if (old.number >= stream.number) continue;
      streams.delete(old);
      old.controller.abort();
    }
  }

  function refused(status, { message = "", retry_ms: retryMs }) {
    if (status === 401) return ended(4505, message);
    if (retryMs !== undefined) tell({ type: "closing", code: 1013, reason: message, reconnect_ms: retryMs });
    ended(status >= 429 ? 1013 : 1006, message);
  }

  async function read(stream, reader) {
    const decoder = new TextDecoder();
    let text = "";
    try {
      for (;;) {
        heard();
        const { value, done } = await reader.read();
        if (done || isOver || !streams.has(stream)) break;
        const { events, rest } = eventsOf(text + decoder.decode(value, { stream: true }));
        text = rest;
        for (const event of events.map((data) => JSON.parse(data))) {
          if (isOver || !streams.has(stream)) break;
          happened(stream, event);
          if (event.id !== undefined) await nextTask();
        }
      }
    } catch {
      // It was cut off, or it was given up.
    }
    stream.settle();
    if (streams.has(stream)) ended(last.code, last.reason);
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => ended(4001, ""), SILENCE_MS);
  }

  function happened(stream, event) {
    const { type, room, id } = event;
    if (isOver) return;
    if (type === "welcome") welcomed(stream, event);
    else if (id === 0 && room !== undefined) answered(stream, event);
    else if (type === "closing") {
      last = event;
      tell(event);
    } else if (room) roomHas(stream, event);
    else {
      // There are more rooms than a client may have: for some no answer comes.
      if (id === 0) stream.waiting.clear();
      tell({ ...event, id: undefined });
    }
    if (stream.isWelcome && stream.waiting.size === 0) stream.settle();
  }

  function welcomed(stream, welcome) {
    stream.isWelcome = true;
    if (!welcome.token_seconds) bearer = welcome.session;
    if (refreshID) tell({ type: "ok", id: refreshID, token_seconds: welcome.token_seconds });
    refreshID = undefined;
    if (wasWelcome) return;
    wasWelcome = true;
    better = setTimeout(tryBetter, BETTER_MS);
    tell({ ...welcome, id: hello.id });
  }

  /** A stream has joined a room, or not; the page asked for that now, or earlier. */
  function answered(stream, answer) {
    const { room, type } = answer;
    stream.waiting.delete(room);
    const known = rooms.get(room);
    if (!known || stream.number < known.first) return;
    const id = asked.get(room);
    asked.delete(room);
    if (type === "error") rooms.delete(room);
    else known.place ??= placeOfJoin(answer);
    if (id) tell({ ...answer, id });
    else if (type === "error") ended(1006, answer.message);
  }

  function roomHas(stream, event) {
    const known = rooms.get(event.room);
    if (!known || stream.number < known.first) return;
    const place = placeAfter(known.place, event);
    if (place === null) return;
    known.place = place;
    if (event.kind === "deletion") for (const meanwhile of deletions) meanwhile.push(event);
    if (event.type === "removed") rooms.delete(event.room);
    tell(event);
  }

  /** The network may be another one by now. */
  function tryBetter() {
    const other = new WebSocket(new URL("ws", location).href.replace("http", "ws"), "chat.v1");
    other.onopen = () => {
      other.close();
      if (!isOver) socket.onbetter?.();
    };
    other.onclose = () => isOver || (better = setTimeout(tryBetter, BETTER_MS));
  }
}
