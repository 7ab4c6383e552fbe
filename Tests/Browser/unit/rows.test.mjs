import assert from "node:assert/strict";
import test from "node:test";
import { rowsOf, sameRow } from "../../../static/js/core/rows.js";
import { newRoom } from "../../../static/js/core/room.js";

const noon = new Date(2024, 4, 1, 12, 0, 0).getTime();
const said = (seq, author, time, kind = "text") => ({
  type: "message", id: `m:e:${seq}`, epoch: "e", seq, time, from: { id: author, name: author }, text: "x", kind,
});
const rows = (items, extra = {}) => rowsOf({ ...newRoom("lobby"), items, ...extra }, { id: "me", name: "me" });
const shape = (list) => list.map(({ type, head, minute }) => `${type}${head ? "+head" : ""}${minute ? "+minute" : ""}`);

test("messages are grouped by author and minute", () => {
  const list = rows([said(1, "a", noon), said(2, "a", noon + 1000), said(3, "a", noon + 61_000), said(4, "b", noon + 62_000)]);
  assert.deepEqual(shape(list), ["day", "message+head+minute", "message", "message+minute", "message+head+minute"]);
});

test("an author is named again after five minutes and after an action", () => {
  const list = rows([said(1, "a", noon), said(2, "a", noon + 301_000), said(3, "a", noon + 302_000, "action"), said(4, "a", noon + 303_000)]);
  assert.deepEqual(shape(list).slice(1).map((row) => row.includes("head")), [true, true, true, true]);
});

test("a day begins with its separator, whoever spoke", () => {
  const list = rows([said(1, "a", noon), said(2, "a", noon + 86_400_000)]);
  assert.deepEqual(shape(list), ["day", "message+head+minute", "day", "message+head+minute"]);
});

test("a deletion has no row, and a deleted message keeps its own", () => {
  const list = rows([said(1, "a", noon, "deleted"), { type: "deletion", id: "m:e:2", epoch: "e", seq: 2 }, said(3, "a", noon)]);
  assert.deepEqual(shape(list), ["day", "message+head+minute", "message+head+minute"]);
});

test("the new mark stands before the first message that was not seen", () => {
  const list = rows([said(1, "a", noon), said(2, "a", noon), said(3, "a", noon)], { marker: { epoch: "e", seq: 1 } });
  assert.deepEqual(shape(list), ["day", "message+head+minute", "new", "message+head+minute", "message"]);
});

test("what is still to be sent stands last and continues one's own group", () => {
  const entry = { key: "k", id: "k:k", text: "x", kind: "text", time: noon + 1000, state: "queued" };
  const list = rows([said(1, "me", noon)], { outbox: [entry] });
  assert.deepEqual(shape(list), ["day", "message+head+minute", "outgoing"]);
  assert.ok(list.at(-1).mine);
});

test("ten thousand messages make their rows in a moment", () => {
  const items = Array.from({ length: 10_000 }, (_, index) => said(index + 1, `u${index % 7}`, noon + index * 5_000));
  const start = performance.now();
  rows(items);
  assert.ok(performance.now() - start < 200);
});

test("who came stands under the line of the day, and without messages there is none", () => {
  const note = { type: "note", id: "n:1", time: noon, changes: [] };
  assert.deepEqual(shape(rows([note])), ["note"]);
  assert.deepEqual(shape(rows([note, said(1, "a", noon)])), ["day", "note", "message+head+minute"]);
});

test("the line of a day is another when today is another", () => {
  const day = (today) => rowsOf({ ...newRoom("lobby"), items: [said(1, "a", noon)] }, null, today)[0];
  assert.ok(sameRow(day("x"), day("x")));
  assert.ok(!sameRow(day("x"), day("y")));
});
