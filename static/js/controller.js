// Carries out what the user wants and what the connection brings, and tells the state.

import { makeClient } from "./net/client.js";
import { makeSender } from "./net/sender.js";
import { roomName } from "./core/names.js";
import { hasHole } from "./core/room.js";
import * as storage from "./storage.js";

const PAGE = 50;
const TYPING_MS = 3_000;
const REJOIN_MS = 2_000;
const NOT_TYPING = { room: null, at: 0 };

export function makeApp(store) {
  const saved = new Set();
  let writing = NOT_TYPING;
  let isFull = false;
  let saidSeen;
  let saidStream = false;
  const app = {
    name: storage.read("name") ?? "",
    enter, rename, reconnect: () => client.reconnectNow(), openRoom, closeRoom, loadOlder,
    say, retry, discard: (room, key) => act("discarded", { room, key }), typing, stopTyping,
    draft: (room) => storage.read(`draft.${room}`) ?? "",
    saveDraft: (room, text) => keep(`draft.${room}`, text),
  };
  const client = makeClient(async () => ({
    // The session knows its name, which may have been changed elsewhere.
    name: storage.read("session") && !storage.read("renamed") ? undefined : app.name,
    session: storage.read("session") ?? undefined,
    client: "web",
    token: storage.read("tokens") ? await tokens().then((more) => more.token(tab)) : undefined,
  }));
  const sendWaiting = makeSender(client, store, join);
  /** For the modules that few visits need. */
  const tab = { app, store, client, saved, act, open, join, knownRooms, sendWaiting };
  const on = (type, handle) => client.addEventListener(type, ({ detail }) => handle(detail));
  on("phase", (change) => {
    // The server may require tokens.
    if (change.code === 4505 && !storage.read("tokens")) tokens().then((more) => more.begin(tab, change));
    else act("connection", { change });
  });
  on("welcome", welcomed);
  on("event", happened);
  store.subscribe(forgetDelivered);
  store.subscribe(saveSeen);
  watchDevice();
  // Changes that other tabs of this user make.
  storage.follow((...change) => import("./tabs.js").then((more) => more.heedOtherTab(tab, ...change), () => {}));
  return app;

  function tokens() {
    return import("./net/tokens.js");
  }

  function act(type, fields) {
    store.dispatch({ type, ...fields });
  }

  /** Tells the user once that there is no space left, and not at every key. */
  function keep(key, value) {
    if (storage.write(key, value) || isFull) return;
    isFull = true;
    act("notice", { notice: { code: "storage_full" } });
  }

  function roomOf(name) {
    return store.state.rooms.get(name);
  }

  function enter(name, room) {
    app.name = name;
    storage.write("name", name);
    for (const known of knownRooms()) open(known, false);
    if (storage.keys("outbox.").length) import("./restore.js").then((more) => more.restoreOutbox(tab), () => {});
    openRoom(room);
    client.start();
  }

  function rename(name) {
    app.name = name;
    storage.write("name", name);
    // Each `hello` says it until the server has it.
    storage.write("renamed", "1");
    import("./rename.js").then((more) => more.rename(tab, name), () => {});
  }

  function openRoom(room) {
    stopTyping();
    saveSeen();
    open(room, true);
    storage.writeJSON("rooms", [...new Set([...knownRooms(), room])]);
    storage.write("current", room);
    if (["out", "refused"].includes(roomOf(room).phase)) join(room);
  }

  function open(room, select) {
    act("open", { room, select, seen: storage.readJSON(`seen.${room}`, null) });
  }

  function closeRoom(room) {
    client.post("leave", { room });
    act("close", { room });
    storage.writeJSON("rooms", knownRooms().filter((known) => known !== room));
    storage.write("current", store.state.current);
    storage.write(`seen.${room}`, null);
  }

  /** Read each time, because all tabs share them. */
  function knownRooms() {
    return storage.readJSON("rooms", []).filter((room) => roomName(room) === room);
  }

  async function join(name) {
    const room = roomOf(name);
    if (!room || !client.isOpen || room.phase === "joining") return;
    act("joining", { room: name });
    const { epoch, seq, time } = room;
    const start = seq === null ? { history: Math.min(PAGE, store.state.limits.history) } : { after: { epoch, seq, time } };
    try {
      const reply = await client.request("join", { room: name, ...start });
      act("joined", { room: name, reply });
      sendWaiting(name);
    } catch (error) {
      const { code, retryMs } = error;
      if (code === "closed") return;
      act("refused", { room: name, error });
      if (code === "timeout") client.probe();
      if (code === "banned" || (code !== "timeout" && code !== "unavailable" && retryMs === undefined)) return;
      setTimeout(() => roomOf(name)?.phase === "refused" && join(name), retryMs ?? REJOIN_MS);
    }
  }

  async function loadOlder(room) {
    if (!["more", "failed", "loading"].includes(roomOf(room)?.older)) return;
    await import("./older.js").then((more) => more.loadOlder(tab, room), () => act("olderFailed", { room }));
  }

  function saveSeen() {
    const { current, isLookedAt } = store.state;
    const { epoch, seq, replay } = roomOf(current) ?? {};
    const mark = `${current} ${epoch} ${seq}`;
    if (!isLookedAt || !seq || replay || mark === saidSeen) return;
    saidSeen = mark;
    const before = storage.readJSON(`seen.${current}`, null);
    // Another tab may have shown more.
    if (before?.epoch !== epoch || before.seq < seq) storage.writeJSON(`seen.${current}`, { epoch, seq });
  }

  /** @param kind  "text", or "action" for `/me`. */
  function say(room, text, kind = "text") {
    writing = NOT_TYPING;
    const entry = { key: newKey(), text, kind, time: Date.now() };
    keep(`outbox.${entry.key}`, JSON.stringify({ room, ...entry }));
    saved.add(entry.key);
    act("queued", { room, entry });
    sendWaiting(room);
  }

  function retry(room, key) {
    act("outboxChanged", { room, key, change: { state: "queued", time: Date.now() } });
    sendWaiting(room);
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
    storage.write("renamed", "");
    act("welcome", { welcome });
    if (client.isStream && !saidStream) act("notice", { notice: { code: "no_websocket" } });
    saidStream ||= client.isStream;
    if (welcome.token_seconds) tokens().then((more) => more.renew(tab, welcome));
    if (welcome.resumed || welcome.token_seconds) storage.write("name", (app.name = welcome.user.name));
    else if (app.name && welcome.user.name !== app.name) rename(app.name);
    const { rooms, current } = store.state;
    for (const name of new Set([current, ...rooms.keys()])) join(name);
  }

  function happened(event) {
    if (event.rooms) import("./core/outages.js").then(() => act("roomsStatus", { event }), () => {});
    else act("event", { event, now: Date.now() });
    if (event.type === "status") for (const name of store.state.rooms.keys()) sendWaiting(name);
    const room = roomOf(event.room);
    if (!room) return;
    if (event.type === "message" && room.replay === 0) sendWaiting(room.name);
    if (room.healing === "asked" && room.phase === "in") join(room.name);
    if (hasHole(room)) import("./presence-holes.js").then((more) => more.watchHole(tab, room.name), () => {});
  }

  function watchDevice() {
    const wake = () => {
      const isVisible = document.visibilityState === "visible";
      // A window without the focus may be visible, but nobody reads it.
      const isLookedAt = isVisible && document.hasFocus();
      if (!isLookedAt) saveSeen();
      act("lookedAt", { isLookedAt });
      if (isVisible) client.probe();
    };
    wake();
    document.addEventListener("visibilitychange", wake);
    addEventListener("pageshow", wake);
    for (const type of ["online", "focus", "blur"]) addEventListener(type, wake);
    addEventListener("pagehide", () => {
      saveSeen();
      stopTyping();
    });
    const tick = () => act("tick", { now: Date.now() });
    tick();
    setInterval(tick, 1_000);
  }
}

/** `randomUUID` exists only on https. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
