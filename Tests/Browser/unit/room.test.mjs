import assert from "node:assert/strict";
import test from "node:test";
import { hasNews } from "../../../static/js/core/news.js";
import "../../../static/js/core/outages.js";
import { oldestSeq } from "../../../static/js/core/rare.js";
import { initialState, reduce, unreadCount } from "../../../static/js/core/reducer.js";

const me = { id: "me", name: "민아" };
const other = { id: "u2", name: "Jonas" };
const E = "epoch001";

/** A page in a room, and what happens to it. */
class Page {
  constructor(reply = {}, opened = {}) {
    this.state = initialState;
    this.do({ type: "welcome", welcome: { user: me, session: "s", limits: {} } });
    this.do({ type: "open", room: "lobby", ...opened });
    this.joined(reply);
  }

  do(action) {
    this.state = reduce(this.state, action);
    return this;
  }

  joined(reply = {}) {
    const ok = { room: "lobby", epoch: E, seq: 0, recovered: true, replay: 0, members: [me, other], member_count: 2, presence_version: 5, ...reply };
    return this.do({ type: "joined", room: "lobby", reply: ok });
  }

  event(type, fields, now = 1000) {
    return this.do({ type: "event", event: { type, room: "lobby", ...fields }, now });
  }

  message(seq, fields = {}) {
    return this.event("message", { epoch: E, seq, time: seq * 1000, from: other, text: `t${seq}`, kind: "text", ...fields });
  }

  say(key, text = "hello") {
    return this.do({ type: "queued", room: "lobby", entry: { key, text, kind: "text", time: 1 } });
  }

  get room() {
    return this.state.rooms.get("lobby");
  }

  get texts() {
    return this.room.items.map((item) => (item.type === "message" ? item.text : `${item.type}${item.count ?? ""}`));
  }
}

test("messages come in order, each once", () => {
  const page = new Page().message(1).message(2).message(2).message(1).message(3);
  assert.deepEqual(page.texts, ["t1", "t2", "t3"]);
  assert.deepEqual([page.room.epoch, page.room.seq], [E, 3]);
});

test("the first message of a replay sets the position, and tells whether there are older ones", () => {
  const page = new Page({ seq: 80, replay: 2 });
  assert.equal(page.room.seq, null);
  page.message(79);
  assert.deepEqual([page.room.seq, page.room.replay, page.room.older], [79, 1, "more"]);
  page.message(80);
  assert.deepEqual([page.room.seq, page.room.replay], [80, 0]);
});

test("a room that replays nothing is at its head and has nothing older", () => {
  const page = new Page({ seq: 7 });
  assert.deepEqual([page.room.seq, page.room.older], [7, "start"]);
});

test("one's own message replaces the outbox entry by its key, never by its text", () => {
  const page = new Page().say("k1").say("k2");
  page.message(1, { from: me, text: "hello" });
  assert.equal(page.room.outbox.length, 2);
  page.message(2, { from: me, text: "hello", key: "k2" });
  assert.deepEqual(page.room.outbox.map(({ key }) => key), ["k1"]);
  assert.equal(page.room.items.at(-1).id, "k:k2");
});

test("somebody else's message cannot use up a key", () => {
  const page = new Page().say("k1").message(1, { key: "k1" });
  assert.equal(page.room.outbox.length, 1);
});

test("ok and event of a send may come in either order", () => {
  const reply = { epoch: E, seq: 1, time: 5 };
  const first = new Page().say("k").do({ type: "acknowledged", room: "lobby", key: "k", reply });
  assert.equal(first.room.outbox[0].state, "sent");
  first.message(1, { from: me, key: "k" });
  const second = new Page().say("k").message(1, { from: me, key: "k" }).do({ type: "acknowledged", room: "lobby", key: "k", reply });
  for (const page of [first, second]) assert.deepEqual([page.room.outbox.length, page.room.items.length], [0, 1]);
});

test("the same message queued twice is one", () => {
  assert.equal(new Page().say("k").say("k").room.outbox.length, 1);
});

test("a lost connection puts back what was on its way and keeps the position", () => {
  const page = new Page().message(1).say("k").do({ type: "outboxChanged", room: "lobby", key: "k", change: { state: "sending" } });
  page.do({ type: "connection", change: { phase: "waiting" } });
  assert.deepEqual([page.room.phase, page.room.seq, page.room.outbox[0].state], ["out", 1, "queued"]);
});

test("a gap is shown with its count, and the position moves past it", () => {
  const page = new Page().message(1).event("gap", { epoch: E, from: 2, to: 13 }).message(14);
  assert.deepEqual(page.texts, ["t1", "gap12", "t14"]);
});

test("a gap of another epoch or of what is here already is nothing", () => {
  const page = new Page().message(1).event("gap", { epoch: "other", from: 2, to: 3 }).event("gap", { epoch: E, from: 1, to: 1 });
  assert.deepEqual(page.texts, ["t1"]);
});

test("a hole that was not announced is asked for once, and told when it does not close", () => {
  const page = new Page().message(1).message(3);
  assert.deepEqual([page.texts, page.room.healing], [["t1"], "asked"]);
  page.message(4);
  page.joined({ seq: 4, replay: 3 }).message(2).message(3).message(4);
  assert.deepEqual(page.texts, ["t1", "t2", "t3", "t4"]);
  page.message(6).joined({ seq: 6, replay: 1 }).message(6);
  assert.deepEqual(page.texts.slice(4), ["gap1", "t6"]);
});

test("after a reset the position is 0 in the new epoch and the old messages stand above a seam", () => {
  const page = new Page().message(1).message(2);
  page.joined({ epoch: "new00000", seq: 1, recovered: false, replay: 1 }).event("reset", { epoch: "new00000", seq: 1 });
  assert.deepEqual([page.room.epoch, page.room.seq], ["new00000", 0]);
  page.message(1, { epoch: "new00000", text: "fresh" });
  assert.deepEqual(page.texts, ["t1", "t2", "reset", "fresh"]);
});

test("a log that gives its numbers out again shows what it kept once, and what it lost above the seam", () => {
  const page = new Page().message(1).message(2).message(3);
  page.joined({ seq: 3, recovered: false, replay: 3 }).event("reset", { epoch: E, seq: 3 });
  assert.deepEqual([page.room.epoch, page.room.seq, page.room.time], [E, 0, undefined]);
  page.message(1).message(2, { text: "new2", time: 2500 }).message(3, { text: "new3", time: 3500 });
  assert.deepEqual(page.texts, ["t2", "t3", "reset", "t1", "new2", "new3"]);
  assert.equal(new Set(page.room.items.map(({ id }) => id)).size, page.room.items.length);
  assert.equal(page.room.time, 3500);
});

test("a log that was rolled back shows its messages once", () => {
  const page = new Page().message(1).message(2);
  page.joined({ epoch: "new00000", seq: 1, recovered: false, replay: 1 }).event("reset", { epoch: "new00000", seq: 1 });
  page.message(1, { epoch: "new00000" });
  assert.deepEqual(page.texts, ["t2", "reset", "t1"]);
});

test("what was acknowledged by a log that is gone is for the user to decide", () => {
  const page = new Page().say("k").do({ type: "acknowledged", room: "lobby", key: "k", reply: { epoch: E, seq: 1, time: 1 } });
  page.event("reset", { epoch: "new00000", seq: 0 });
  assert.deepEqual([page.room.outbox[0].state, page.room.outbox[0].error.code], ["failed", "reset"]);
});

const deletion = (of) => ({ kind: "deletion", of, text: "A message was deleted." });
const deleted = { kind: "deleted", text: "This message was deleted." };
const kinds = (page) => page.room.items.map(({ type, kind }) => kind ?? type);

test("a deletion takes the text out of its message, and is neither shown nor news", () => {
  const page = new Page().message(1).message(2);
  page.do({ type: "lookedAt", isLookedAt: false });
  const before = page.room.unread;
  page.message(3, deletion(1));
  assert.deepEqual([page.texts, kinds(page)], [["", "t2", "deletion"], ["deleted", "text", "deletion"]]);
  assert.deepEqual([page.room.seq, page.room.unread], [3, before]);
  page.message(4, deletion(99)).message(5, deletion(4));
  assert.deepEqual(page.texts, ["", "t2", "deletion", "deletion", "deletion"]);
});

test("one's own message can be deleted, also before it is confirmed", () => {
  const page = new Page().say("k").message(1, { from: me, key: "k", ...deleted }).message(2, deletion(1));
  assert.deepEqual([page.room.outbox, kinds(page)], [[], ["deleted", "deletion"]]);
});

test("deletions hold their places in older messages", () => {
  const page = new Page({ seq: 5, replay: 1 }).message(5).do({ type: "olderAsked", room: "lobby" });
  const messages = [{ seq: 2, ...deleted }, { seq: 3, ...deletion(1) }, { seq: 4, ...deletion(2) }].map((fields) => ({ epoch: E, time: 1, from: other, ...fields }));
  page.do({ type: "olderCame", room: "lobby", reply: { epoch: E, messages, more: true } });
  assert.deepEqual(kinds(page), ["deleted", "deletion", "deletion", "text"]);
  assert.equal(oldestSeq(page.room), 2);
});

test("a log that was rolled back brings a message back, or brings it without its text", () => {
  const again = { epoch: "new00000", seq: 2, recovered: false, replay: 2 };
  const page = new Page().message(1).message(2).message(3, deletion(1)).joined(again).event("reset", { epoch: "new00000", seq: 2 });
  page.message(1, { epoch: "new00000" }).message(2, { epoch: "new00000", ...deleted });
  assert.deepEqual(kinds(page), ["deletion", "reset", "text", "deleted"]);
});

test("a page of history goes before what is here, without what is here", () => {
  const page = new Page({ seq: 5, replay: 1 }).message(5).do({ type: "olderAsked", room: "lobby" });
  const messages = [3, 4, 5].map((seq) => ({ epoch: E, seq, time: 1, from: other, text: `t${seq}` }));
  page.do({ type: "olderCame", room: "lobby", reply: { epoch: E, messages, more: true } });
  assert.deepEqual([page.texts, page.room.older], [["t3", "t4", "t5"], "more"]);
  page.do({ type: "olderCame", room: "lobby", reply: { epoch: E, messages: [], more: false } });
  assert.equal(page.room.older, "start");
});

test("what another program published has no place in the log and moves nothing", () => {
  const page = new Page().message(1);
  page.event("message", { time: 2, from: { id: "redis", name: "ops" }, text: "deploy" });
  assert.deepEqual([page.texts, page.room.seq], [["t1", "deploy"], 1]);
});

test("members come and go by version, and a repeated change is ignored", () => {
  const page = new Page();
  const mina = { id: "u3", name: "Mina" };
  page.event("joined", { user: mina, presence_version: 6 }).event("joined", { user: mina, presence_version: 6 });
  assert.deepEqual([page.room.memberCount, page.room.members.size, page.room.presenceVersion], [3, 3, 6]);
  page.event("left", { user: other, presence_version: 7 });
  assert.deepEqual([...page.room.members.keys()], ["me", "u3"]);
  page.event("left", { user: mina, presence_version: 3 });
  assert.equal(page.room.memberCount, 2);
});

test("a hole in presence is remembered until it is filled", () => {
  const page = new Page().event("joined", { user: { id: "u4", name: "D" }, presence_version: 7 });
  assert.deepEqual([page.room.presenceVersion, page.room.presenceAhead], [5, [7]]);
  page.event("joined", { user: { id: "u3", name: "C" }, presence_version: 6 });
  assert.deepEqual([page.room.presenceVersion, page.room.presenceAhead, page.room.members.size], [7, [], 4]);
});

test("presence sets count and version in a large room", () => {
  const page = new Page().event("presence", { member_count: 10_000, presence_version: 90 });
  assert.deepEqual([page.room.memberCount, page.room.presenceVersion], [10_000, 90]);
});

test("comings and goings are one quiet note, and a short visit is none", () => {
  const page = new Page();
  page.event("joined", { user: { id: "u3", name: "C" }, presence_version: 6 });
  page.event("joined", { user: { id: "u4", name: "D" }, presence_version: 7 });
  assert.deepEqual(page.room.items.map(({ changes }) => changes.map(({ name }) => name)), [["C", "D"]]);
  page.event("left", { user: { id: "u4", name: "D" }, presence_version: 8 });
  page.event("left", { user: { id: "u3", name: "C" }, presence_version: 9 });
  assert.deepEqual(page.room.items, []);
});

test("one's own coming is no news", () => {
  const page = new Page({ members: [other], member_count: 1 }).event("joined", { user: me, presence_version: 6 });
  assert.deepEqual([page.room.items.length, page.room.memberCount], [0, 2]);
});

test("typing ends after six seconds, with a message, or when it is said", () => {
  const page = new Page().event("typing", { user: other, active: true }, 1000);
  assert.equal(page.room.typing.get("u2").name, "Jonas");
  page.do({ type: "tick", now: 6999 });
  assert.equal(page.room.typing.size, 1);
  page.do({ type: "tick", now: 7000 });
  assert.equal(page.room.typing.size, 0);
  page.event("typing", { user: other, active: true }).message(1);
  assert.equal(page.room.typing.size, 0);
  page.event("typing", { user: me, active: true });
  assert.equal(page.room.typing.size, 0);
});

test("what comes while nobody looks is unread, from a mark on, with mentions", () => {
  const page = new Page().message(1).do({ type: "lookedAt", isLookedAt: false });
  page.message(2).message(3, { text: "@민아 hi" }).message(4, { from: me });
  assert.deepEqual([page.room.unread, page.room.mentioned, page.room.marker], [2, true, { epoch: E, seq: 1 }]);
  assert.equal(unreadCount(page.state), 2);
  page.do({ type: "lookedAt", isLookedAt: true });
  assert.deepEqual([page.room.unread, page.room.mentioned, page.room.marker?.seq], [0, false, 1]);
  page.do({ type: "lookedAt", isLookedAt: false });
  assert.equal(page.room.marker, null);
});

test("what comes in the moment in which another tab reads what was there is news", () => {
  const page = new Page().message(1).do({ type: "lookedAt", isLookedAt: false }).message(2);
  const before = page.room;
  page.do({ type: "seenElsewhere", room: "lobby", seen: { epoch: E, seq: 2 } });
  assert.equal(hasNews(before, page.room), false);
  page.message(3);
  assert.deepEqual([page.room.unread, hasNews(before, page.room)], [1, true]);
  // One that is read in the same moment is none, and so is one's own.
  const between = page.room;
  page.message(4).do({ type: "seenElsewhere", room: "lobby", seen: { epoch: E, seq: 4 } });
  assert.equal(hasNews(between, page.room), false);
  page.message(5, { from: me });
  assert.equal(hasNews(between, page.room), false);
});

test("a first look at a room is not news, what was missed is", () => {
  const page = new Page({ seq: 2, replay: 2 }).do({ type: "lookedAt", isLookedAt: false }).message(1).message(2);
  assert.equal(page.room.unread, 0);
  assert.ok(!hasNews(undefined, page.room));
  page.do({ type: "connection", change: { phase: "waiting" } }).joined({ seq: 3, replay: 1 }).message(3);
  assert.equal(page.room.unread, 1);
  assert.ok(hasNews(undefined, page.room));
});

test("what an earlier page had not shown is unread and no news, what comes after it is", () => {
  const seen = { epoch: E, seq: 1 };
  const page = new Page({ seq: 2, replay: 2 }, { seen }).do({ type: "lookedAt", isLookedAt: false }).message(1).message(2);
  assert.deepEqual([page.room.unread, hasNews(undefined, page.room)], [1, false]);
  page.message(3);
  assert.deepEqual([page.room.unread, hasNews(undefined, page.room)], [2, true]);
});

test("an earlier mention that is not read makes no mention of what comes after it", () => {
  const page = new Page().do({ type: "lookedAt", isLookedAt: false }).message(1, { text: "@민아 hi" });
  assert.deepEqual([page.room.mentioned, page.room.news, page.room.mentionNews], [true, 1, 1]);
  page.message(2);
  assert.deepEqual([page.room.mentioned, page.room.news, page.room.mentionNews], [true, 2, 1]);
});

test("a new user after a lost session still knows the messages of the old one", () => {
  const page = new Page().say("k");
  page.do({ type: "welcome", welcome: { user: { id: "me2", name: "민아" }, session: "s2", limits: {} } });
  page.message(1, { from: me, key: "k" });
  assert.equal(page.room.outbox.length, 0);
});

test("a rename on another tab is one's own", () => {
  const page = new Page().event("renamed", { user: { id: "me", name: "Mina" }, old_name: "민아", presence_version: 6 });
  assert.equal(page.state.me.name, "Mina");
});

test("events of rooms that are not open, and of unknown types, change nothing", () => {
  const page = new Page();
  const before = page.state;
  page.event("message", { room: "elsewhere", epoch: E, seq: 1, time: 1, from: other, text: "x" }).event("fireworks", {});
  assert.equal(page.state, before);
});

test("rooms that are out of reach are said and unsaid by name", () => {
  const status = (state, ...rooms) => ({ type: "roomsStatus", event: { type: "status", state, rooms } });
  const page = new Page().do(status("degraded", "a", "b"));
  assert.deepEqual(page.state.service, { state: "degraded", rooms: ["a", "b"] });
  page.do(status("degraded", "c"));
  page.do(status("ok", "a", "b"));
  assert.deepEqual(page.state.service, { state: "degraded", rooms: ["c"] });
  page.do(status("ok", "c"));
  assert.deepEqual(page.state.service, { state: "ok" });
  page.do(status("degraded", "lobby")).do({ type: "close", room: "lobby" });
  assert.deepEqual(page.state.service, { state: "ok" });
});

test("a degraded store is said and unsaid", () => {
  const page = new Page().event("status", { state: "degraded" });
  assert.equal(page.state.service.state, "degraded");
  assert.equal(page.event("status", { state: "ok" }).state.service.state, "ok");
});

test("what came since the last visit is marked as new after a reload, and nothing else is", () => {
  const page = new Page();
  page.do({ type: "close", room: "lobby" }).do({ type: "open", room: "lobby", seen: { epoch: E, seq: 2 } });
  page.joined({ seq: 4, replay: 4 }).message(1).message(2).message(3, { from: me }).message(4);
  assert.deepEqual([page.room.marker, page.room.unread], [{ epoch: E, seq: 2 }, 0]);
});

test("what came since the last visit is unread in a room that is not before the eyes", () => {
  const page = new Page().do({ type: "open", room: "b", seen: { epoch: E, seq: 2 }, select: false });
  const ok = { room: "b", epoch: E, seq: 4, recovered: true, replay: 3, members: [me], member_count: 1, presence_version: 1 };
  page.do({ type: "joined", room: "b", reply: ok });
  for (const seq of [2, 3, 4]) page.event("message", { room: "b", epoch: E, seq, time: seq, from: other, text: "x" });
  const room = page.state.rooms.get("b");
  assert.deepEqual([room.unread, room.marker], [2, { epoch: E, seq: 2 }]);
});

test("a position of another epoch marks nothing", () => {
  const page = new Page().do({ type: "close", room: "lobby" }).do({ type: "open", room: "lobby", seen: { epoch: "old00000", seq: 2 } });
  page.joined({ seq: 4, replay: 1 }).message(4);
  assert.equal(page.room.marker, null);
});

test("what another tab has shown is read here, too", () => {
  const page = new Page().message(1).do({ type: "lookedAt", isLookedAt: false }).message(2).message(3);
  assert.equal(page.room.unread, 2);
  page.do({ type: "seenElsewhere", room: "lobby", seen: { epoch: E, seq: 2 } });
  assert.equal(page.room.unread, 2);
  page.do({ type: "seenElsewhere", room: "lobby", seen: { epoch: "other", seq: 9 } });
  assert.equal(page.room.unread, 2);
  page.do({ type: "seenElsewhere", room: "lobby", seen: { epoch: E, seq: 3 } });
  assert.deepEqual([page.room.unread, page.room.marker], [0, null]);
});

test("a room that is left gives its place to the next, the last to the one before, and is none alone", () => {
  const page = new Page().do({ type: "open", room: "b", select: false }).do({ type: "open", room: "c" });
  assert.equal(page.do({ type: "close", room: "c" }).state.current, "b");
  page.do({ type: "open", room: "lobby" });
  assert.equal(page.do({ type: "close", room: "lobby" }).state.current, "b");
  assert.equal(page.do({ type: "close", room: "b" }).state.current, null);
});

test("the day changes with a tick, and only then", () => {
  const page = new Page().do({ type: "tick", now: new Date(2026, 4, 1, 23, 59, 58).getTime() });
  const { state } = page;
  assert.equal(page.do({ type: "tick", now: new Date(2026, 4, 1, 23, 59, 59).getTime() }).state, state);
  assert.notEqual(page.do({ type: "tick", now: new Date(2026, 4, 2).getTime() }).state.today, state.today);
});
