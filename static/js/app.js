// What the page does: wishes of the user and events of the connection pass here on their way to the state. Components
// call these methods and read the state; they touch neither socket nor storage.

import { ChatClient } from "./net/client.js";
import { Delivery } from "./net/delivery.js";
import { messageText, roomName } from "./core/names.js";
import { oldestSeq } from "./core/room.js";
import * as storage from "./storage.js";

/** How many messages a first look at a room shows, and each page before it. */
const PAGE = 50;
/** A hole in presence is the server's to mend; only one that lasts makes us ask. */
const HOLE_MS = 5_000;
/** How often "is typing" is repeated (protocol, section 3). */
const TYPING_MS = 3_000;
const REJOIN_MS = 2_000;
/** A server remembers keys for a day: what is older might be stored twice, and the user decides. */
const KEY_MS = 24 * 3600_000;

export class App {
  name = storage.read("name") ?? "";
  #store;
  #client;
  #delivery;
  #typing = { room: null, at: 0 };
  #holes = new Set();
  #saved = new Set();

  constructor(store) {
    this.#store = store;
    this.#client = new ChatClient(document.baseURI, () => ({
      name: this.name,
      session: storage.read("session") ?? undefined,
      client: "web",
    }));
    this.#delivery = new Delivery(this.#client, store, (room) => this.#join(room));
    this.#client.addEventListener("phase", ({ detail }) => store.dispatch({ type: "connection", change: detail }));
    this.#client.addEventListener("welcome", ({ detail }) => this.#welcomed(detail));
    this.#client.addEventListener("event", ({ detail }) => this.#happened(detail));
    store.subscribe((state) => this.#forgetDelivered(state));
    this.#watchDevice();
  }

  // --- Being there

  /** Connects under a name, with the rooms of the last visit and `room` before the eyes. */
  enter(name, room) {
    this.name = name;
    storage.write("name", name);
    for (const known of storage.readJSON("rooms", [])) {
      if (roomName(known) === known) this.#store.dispatch({ type: "room/open", room: known, select: false });
    }
    this.#restoreOutbox();
    this.openRoom(room);
    this.#client.start();
  }

  async rename(name) {
    this.name = name;
    storage.write("name", name);
    // Without a connection the next `hello` says it.
    if (!this.#client.isOpen) return this.reconnect();
    try {
      const { user } = await this.#client.request("rename", { name });
      this.#store.dispatch({ type: "me", user });
    } catch (error) {
      this.#store.dispatch({ type: "notice", notice: error });
    }
  }

  reconnect() {
    this.#client.reconnectNow();
  }

  // --- Rooms

  openRoom(room) {
    this.stopTyping();
    this.#store.dispatch({ type: "room/open", room });
    this.#rememberRooms();
    if (["out", "refused"].includes(this.#room(room).phase)) this.#join(room);
  }

  /** Leaves a room for good. @returns the room to show instead, if any. */
  closeRoom(room) {
    const names = [...this.#store.state.rooms.keys()];
    const at = names.indexOf(room);
    this.#client.post("leave", { room });
    this.#store.dispatch({ type: "room/close", room });
    this.#rememberRooms();
    return names[at + 1] ?? names[at - 1];
  }

  /** Rooms that live on the server, `{name, members}`; none when they cannot be had. */
  async liveRooms() {
    try {
      const response = await fetch("api/rooms?limit=50", { signal: AbortSignal.timeout(5_000) });
      const { rooms } = await response.json();
      return rooms
        .map(({ name, room = name, members, member_count: count = members }) => ({ name: room, members: count ?? 0 }))
        .filter(({ name }) => roomName(name) === name);
    } catch {
      return [];
    }
  }

  async #join(name) {
    const room = this.#room(name);
    if (!room || !this.#client.isOpen || room.phase === "joining") return;
    this.#store.dispatch({ type: "room/joining", room: name });
    const { epoch, seq } = room;
    const start = seq === null ? { history: Math.min(PAGE, this.#store.state.limits.history) } : { after: { epoch, seq } };
    try {
      const reply = await this.#client.request("join", { room: name, ...start });
      this.#store.dispatch({ type: "room/joined", room: name, reply });
      this.#delivery.flush(name);
    } catch ({ code, message, retryMs }) {
      if (code === "closed") return;
      this.#store.dispatch({ type: "room/refused", room: name, error: { code, message } });
      if (code === "timeout") this.#client.probe();
      if (code !== "timeout" && code !== "unavailable" && retryMs === undefined) return;
      setTimeout(() => this.#room(name)?.phase === "refused" && this.#join(name), retryMs ?? REJOIN_MS);
    }
  }

  async loadOlder(name) {
    const room = this.#room(name);
    const before = room && oldestSeq(room);
    if (!before || !["more", "failed"].includes(room.older) || room.replay > 0 || !this.#client.isOpen) return;
    this.#store.dispatch({ type: "history/asked", room: name });
    try {
      const reply = await this.#client.request("history", { room: name, before, epoch: room.epoch, limit: PAGE });
      this.#store.dispatch({ type: "history/came", room: name, reply });
    } catch {
      this.#store.dispatch({ type: "history/failed", room: name });
    }
  }

  #room(name) {
    return this.#store.state.rooms.get(name);
  }

  #rememberRooms() {
    const { rooms, current } = this.#store.state;
    storage.writeJSON("rooms", [...rooms.keys()]);
    storage.write("current", current);
  }

  // --- Saying

  say(room, raw) {
    const action = /^\/me\s+(?=\S)/u.exec(raw);
    const text = messageText(action ? raw.slice(action[0].length) : raw);
    this.#typing = { room: null, at: 0 };
    const entry = { key: newKey(), text, kind: action ? "action" : "text", time: Date.now() };
    storage.writeJSON(`outbox.${entry.key}`, { room, ...entry });
    this.#saved.add(entry.key);
    this.#store.dispatch({ type: "outbox/queued", room, entry });
    this.#delivery.flush(room);
  }

  retry(room, key) {
    this.#store.dispatch({ type: "outbox/changed", room, key, change: { state: "queued" } });
    this.#delivery.flush(room);
  }

  discard(room, key) {
    this.#store.dispatch({ type: "outbox/discarded", room, key });
  }

  typing(room) {
    const now = Date.now();
    if (this.#typing.room === room && now - this.#typing.at < TYPING_MS) return;
    this.#typing = { room, at: now };
    this.#client.post("typing", { room, active: true });
  }

  stopTyping() {
    const { room } = this.#typing;
    this.#typing = { room: null, at: 0 };
    if (this.#room(room)?.phase === "in") this.#client.post("typing", { room, active: false });
  }

  draft(room) {
    return storage.read(`draft.${room}`) ?? "";
  }

  saveDraft(room, text) {
    storage.write(`draft.${room}`, text);
  }

  /** What an earlier page could not deliver. The key goes with it, so it is stored once whatever happened. */
  #restoreOutbox() {
    const saved = storage.keys("outbox.").map((key) => storage.readJSON(key, {}));
    for (const { room, ...entry } of saved.sort((a, b) => a.time - b.time)) {
      if (!room || !entry.key) continue;
      this.#saved.add(entry.key);
      if (Date.now() - entry.time > KEY_MS) Object.assign(entry, { state: "failed", error: { code: "old" } });
      this.#store.dispatch({ type: "room/open", room, select: false });
      this.#store.dispatch({ type: "outbox/queued", room, entry });
    }
  }

  /** A message that the server has, or that was discarded, need not survive a reload. */
  #forgetDelivered({ rooms }) {
    if (this.#saved.size === 0) return;
    const outbox = [...rooms.values()].flatMap((room) => room.outbox);
    const waiting = new Set(outbox.filter(({ state }) => state !== "sent").map(({ key }) => key));
    for (const key of this.#saved) {
      if (waiting.has(key)) continue;
      this.#saved.delete(key);
      storage.write(`outbox.${key}`, null);
    }
  }

  // --- What happens

  #welcomed(welcome) {
    storage.write("session", welcome.session);
    this.#store.dispatch({ type: "welcome", welcome });
    // The room before the eyes first.
    const { rooms, current } = this.#store.state;
    for (const name of new Set([current, ...rooms.keys()])) this.#join(name);
  }

  #happened(event) {
    this.#store.dispatch({ type: "event", event, now: Date.now() });
    if (event.type === "status") for (const name of this.#store.state.rooms.keys()) this.#delivery.flush(name);
    const room = this.#room(event.room);
    if (!room) return;
    if (event.type === "message" && room.replay === 0) this.#delivery.flush(room.name);
    if (room.healing === "asked" && room.phase === "in") this.#join(room.name);
    if (hasHole(room)) this.#watchHole(room.name);
  }

  async #watchHole(room) {
    if (this.#holes.has(room)) return;
    this.#holes.add(room);
    await new Promise((resolve) => setTimeout(resolve, HOLE_MS * (1 + Math.random() / 2)));
    this.#holes.delete(room);
    if (this.#room(room)?.phase !== "in" || !hasHole(this.#room(room))) return;
    // Should this fail, the next change of presence finds the hole again.
    const reply = await this.#client.request("members", { room }).catch(() => null);
    if (reply) this.#store.dispatch({ type: "room/members", room, reply });
  }

  #watchDevice() {
    const wake = () => {
      const isVisible = document.visibilityState === "visible";
      this.#store.dispatch({ type: "visible", isVisible });
      if (isVisible) this.#client.probe();
    };
    document.addEventListener("visibilitychange", wake);
    addEventListener("pageshow", wake);
    addEventListener("online", wake);
    addEventListener("pagehide", () => this.stopTyping());
    setInterval(() => this.#store.dispatch({ type: "tick", now: Date.now() }), 1_000);
  }
}

const hasHole = (room) => room.presenceAhead.length > 0 || room.presenceVersion === null;

/** `randomUUID` exists only where the page came by https or from this machine. */
function newKey() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
}
