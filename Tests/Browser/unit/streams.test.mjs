import assert from "node:assert/strict";
import test from "node:test";
import { eventsOf, parametersOf, placeAfter, placeOfJoin, withDeletions } from "../../../static/js/core/streams.js";

test("a stream's text is cut into events, and the beginning of the next one is kept", () => {
  const text = ':\n\nid: a-1\n\nid: a-2\nevent: message\ndata: {"a":1}\n\nretry: 500\n\ndata: {"b":2}\n\nevent: mess';
  assert.deepEqual(eventsOf(text), { events: ['{"a":1}', '{"b":2}'], rest: "event: mess" });
  assert.deepEqual(eventsOf("data: 1\n"), { events: [], rest: "data: 1\n" });
});

test("the address has each room with its place behind it, and a name for somebody new", () => {
  const rooms = new Map([
    ["래블업", { place: { epoch: "abcdefgh", seq: 4, time: 9 } }], ["lobby", { place: { epoch: "abcdefgh", seq: 0 } }],
    ["a&b", { history: 50 }], ["quiet", {}],
  ]);
  const fields = new URLSearchParams(parametersOf({ name: "Mina & Jun" }, rooms));
  assert.deepEqual([...fields], [
    ["name", "Mina & Jun"], ["room", "래블업"], ["after", "abcdefgh-4-9"], ["room", "lobby"], ["after", "abcdefgh-0"],
    ["room", "a&b"], ["room", "quiet"], ["history", "50"],
  ]);
  assert.equal(parametersOf({}, new Map()), "");
});

test("an event that came by both streams counts once", () => {
  const place = { epoch: "a", seq: 4 };
  assert.deepEqual(placeAfter(place, { type: "message", epoch: "a", seq: 5, time: 7 }), { epoch: "a", seq: 5, time: 7 });
  assert.equal(placeAfter(place, { type: "message", epoch: "a", seq: 4, time: 6 }), null);
  assert.deepEqual(placeAfter(place, { type: "gap", epoch: "a", from: 5, to: 9 }), { epoch: "a", seq: 9 });
  assert.equal(placeAfter(place, { type: "gap", epoch: "a", from: 1, to: 4 }), null);
  assert.deepEqual(placeAfter(place, { type: "reset", epoch: "a", seq: 9 }), { epoch: "a", seq: 0 });
  assert.deepEqual(placeAfter(place, { type: "message", epoch: "b", seq: 1, time: 7 }), { epoch: "b", seq: 1, time: 7 });
});

test("an event that is in no log moves nobody", () => {
  const place = { epoch: "a", seq: 4 };
  assert.equal(placeAfter(place, { type: "message", time: 7 }), place);
  assert.equal(placeAfter(place, { type: "joined" }), place);
  assert.equal(placeAfter(undefined, { type: "typing" }), undefined);
});

test("a join stands before its replay", () => {
  assert.deepEqual(placeOfJoin({ epoch: "a", seq: 9, time: 3, replay: 0 }), { epoch: "a", seq: 9, time: 3 });
  assert.deepEqual(placeOfJoin({ epoch: "a", seq: 9, time: 3, replay: 4 }), { epoch: "a", seq: 5 });
});

test("a page that is older than a deletion has not the text that it took away", () => {
  const said = (seq) => ({ room: "lobby", epoch: "a", seq, kind: "text", text: "hi" });
  const entries = [{ room: "lobby", epoch: "a", of: 2 }, { room: "news", epoch: "a", of: 1 }, { room: "lobby", epoch: "b", of: 1 }];
  const page = withDeletions([said(1), said(2)], entries);
  assert.deepEqual(page.map(({ kind, text }) => [kind, text]), [["text", "hi"], ["deleted", ""]]);
});
