// Wishes of the user and events of the connection, on their way to the state.

import { makeClient } from "./net/client.js";
import { makeDelivery } from "./net/delivery.js";
import { messageText, roomName } from "./core/names.js";
import { oldestSeq } from "./core/room.js";
import * as storage from "./storage.js";

const PAGE = 50;
/** The server mends holes in presence; only one that lasts makes us ask. */
const HOLE_MS = 5_000;
const TYPING_MS = 3_000;
const REJOIN_MS = 2_000;
/** As long as the server remembers keys: what is older might be stored twice. */
const KEY_MS = 24 * 3600_000;
const NOT_TYPING = { room: null, at: 0 };

export function makeApp(store) {
  const saved = new Set();
  const holes = new Set();
  let writing = NOT_TYPING;
  const app = {
    name: storage.read("name") ?? "",
    enter, rename, reconnect: () => client.reconnectNow(), openRoom, closeRoom, loadOlder,
    say, retry, discard: (room, key) => act("discarded", { room, key }), typing, stopTyping,
    draft: (room) => storage.read(`draft.${room}`) ?? "",
    saveDraft: (room, text) => storage.write(`draft.${room}`, text),
  };
  const client = makeClient(() => ({
    name: app.name,
    session: storage.read("session") ?? undefined,
    client: "web",
  }));
  const deliver = makeDelivery(client, store, join);
  const on = (type, handle) => client.addEventListener(type, ({ detail }) => handle(detail));
  on("phase", (change) => act("connection", { change }));
  on("welcome", welcomed);
  on("event", happened);
  store.subscribe(forgetDelivered);
  watchDevice();
  return app;

  function act(type, fields) {
    store.dispatch({ type, ...fields });
  }

  function roomOf(name) {
    return store.state.rooms.get(name);
  }

  function enter(name, room) {
    app.name = name;
    storage.write("name", name);
    for (const known of storage.readJSON("rooms", [])) if (roomName(known) === known) open(known, false);
    restoreOutbox();
    openRoom(room);
    client.start();
  }

  async function rename(name) {
    app.name = name;
    storage.write("name", name);
    // Without a connection the next `hello` says it.
    if (!client.isOpen) return client.reconnectNow();
    try {
      const { user } = await client.request("rename", { name });
      act("me", { user });
    } catch (notice) {
      act("notice", { notice });
    }
  }

  function openRoom(room) {
    stopTyping();
    saveSeen();
    open(room, true);
    rememberRooms();
    if (["out", "refused"].includes(roomOf(room).phase)) join(room);
  }

  function open(room, select) {
    act("open", { room, select, seen: storage.readJSON(`seen.${room}`, null) });
  }

  /** @returns the room to show instead, if any. */
  function closeRoom(room) {
    const names = [...store.state.rooms.keys()];
    const at = names.indexOf(room);
    client.post("leave", { room });
    act("close", { room });
    rememberRooms();
    storage.write(`seen.${room}`, null);
    return names[at + 1] ?? names[at - 1];
  }

  async function join(name) {
    const room = roomOf(name);
    if (!room || !client.isOpen || room.phase === "joining") return;
    act("joining", { room: name });
    const { epoch, seq } = room;
    const start = seq === null ? { history: Math.min(PAGE, store.state.limits.history) } : { after: { epoch, seq } };
    try {
      const reply = await client.request("join", { room: name, ...start });
      act("joined", { room: name, reply });
      deliver(name);
    } catch ({ code, message, retryMs }) {
      if (code === "closed") return;
      act("refused", { room: name, error: { code, message } });
      if (code === "timeout") client.probe();
      if (code !== "timeout" && code !== "unavailable" && retryMs === undefined) return;
      setTimeout(() => roomOf(name)?.phase === "refused" && join(name), retryMs ?? REJOIN_MS);
    }
  }

  async function loadOlder(name) {
    const room = roomOf(name);
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

  function rememberRooms() {
    const { rooms, current } = store.state;
    storage.writeJSON("rooms", [...rooms.keys()]);
    storage.write("current", current);
  }

  function saveSeen() {
    const { current, isVisible } = store.state;
    const { epoch, seq, replay } = roomOf(current) ?? {};
    const seen = JSON.stringify({ epoch, seq });
    if (isVisible && seq && !replay && storage.read(`seen.${current}`) !== seen) storage.write(`seen.${current}`, seen);
  }

  function say(room, raw) {
    const action = /^\/me\s+(?=\S)/u.exec(raw);
    const text = messageText(action ? raw.slice(action[0].length) : raw);
    writing = NOT_TYPING;
    const entry = { key: newKey(), text, kind: action ? "action" : "text", time: Date.now() };
    storage.writeJSON(`outbox.${entry.key}`, { room, ...entry });
    saved.add(entry.key);
    act("queued", { room, entry });
    deliver(room);
  }

  function retry(room, key) {
    act("outboxChanged", { room, key, change: { state: "queued" } });
    deliver(room);
  }

  function typing(room) {
    const now = Date.now();
    if (writing.room === room && now - writing.at < TYPING_MS) return;
    writing = { room, at: now };
    client.post("typing", { room, active: true });
  }

  function stopTyping() {
    const { room } = writing;
    writing = NOT_TYPING;
    if (roomOf(room)?.phase === "in") client.post("typing", { room, active: false });
  }

  /** What an earlier page could not deliver, with its key. */
  function restoreOutbox() {
    const entries = storage.keys("outbox.").map((key) => storage.readJSON(key, {}));
    for (const { room, ...entry } of entries.sort((a, b) => a.time - b.time)) {
      if (!room || !entry.key) continue;
      saved.add(entry.key);
      if (Date.now() - entry.time > KEY_MS) Object.assign(entry, { state: "failed", error: { code: "old" } });
      open(room, false);
      act("queued", { room, entry });
    }
  }

  function forgetDelivered({ rooms }) {
    if (saved.size === 0) return;
    const outbox = [...rooms.values()].flatMap((room) => room.outbox);
    const waiting = new Set(outbox.filter(({ state }) => state !== "sent").map(({ key }) => key));
    for (const key of saved) {
      if (waiting.has(key)) continue;
      saved.delete(key);
      storage.write(`outbox.${key}`, null);
    }
  }

  function welcomed(welcome) {
    storage.write("session", welcome.session);
    act("welcome", { welcome });
    const { rooms, current } = store.state;
    for (const name of new Set([current, ...rooms.keys()])) join(name);
  }

  function happened(event) {
    act("event", { event, now: Date.now() });
    if (event.type === "status") for (const name of store.state.rooms.keys()) deliver(name);
    const room = roomOf(event.room);
    if (!room) return;
    if (event.type === "message" && room.replay === 0) deliver(room.name);
    if (room.healing === "asked" && room.phase === "in") join(room.name);
    if (hasHole(room)) watchHole(room.name);
  }

  async function watchHole(room) {
    if (holes.has(room)) return;
    holes.add(room);
    await new Promise((resolve) => setTimeout(resolve, HOLE_MS * (1 + Math.random() / 2)));
    holes.delete(room);
    if (roomOf(room)?.phase !== "in" || !hasHole(roomOf(room))) return;
    const reply = await client.request("members", { room }).catch(() => null);
    if (reply) act("membersKnown", { room, reply });
  }

  function watchDevice() {
    const wake = () => {
      const isVisible = document.visibilityState === "visible";
      if (!isVisible) saveSeen();
      act("visible", { isVisible });
      if (isVisible) client.probe();
    };
    document.addEventListener("visibilitychange", wake);
    addEventListener("pageshow", wake);
    addEventListener("online", wake);
    addEventListener("pagehide", () => {
      saveSeen();
      stopTyping();
    });
    setInterval(() => act("tick", { now: Date.now() }), 1_000);
  }
}

const hasHole = (room) => room.presenceAhead.length > 0 || room.presenceVersion === null;

/** `randomUUID` exists only by https. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
