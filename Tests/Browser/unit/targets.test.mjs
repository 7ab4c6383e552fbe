import assert from "node:assert/strict";
import test from "node:test";
import { deletionOf, isDeletable, rulingOf, spanOf, targetOf } from "../../../static/js/core/targets.js";

const users = [
  { id: "u111aaaa1111", name: "Mina" }, { id: "u222bbbb2222", name: "M\u0456na" }, { id: "u333cccc3333", name: "Mina Kim" },
  { id: "u444dddd4444", name: "\ubbfc\uc544" }, { id: "u555eeee5555", name: "Jun" }, { id: "u666ffff6666", name: "jun" },
];
const meant = (argument) => {
  const target = targetOf(argument, users);
  return [target.users.map(({ id }) => id.slice(-4)).join(), target.rest];
};

test("a span of time is read as in the terminal", () => {
  assert.deepEqual(["90s", "10m", "2h", "1d", "1h30m", "0s"].map(spanOf), [90, 600, 7_200, 86_400, 5_400, 0]);
  for (const text of ["", "10", "m", "10x", "-5m", "99999d", "1h 30m"]) assert.equal(spanOf(text), null, text);
});

test("how long and why", () => {
  assert.deepEqual(rulingOf("10m being rude"), { seconds: 600, reason: "being rude" });
  assert.deepEqual(rulingOf("being rude"), { seconds: undefined, reason: "being rude" });
  assert.deepEqual(rulingOf("1d"), { seconds: 86_400, reason: undefined });
  assert.deepEqual(rulingOf(""), { seconds: undefined, reason: undefined });
});

test("a name with blanks goes before a shorter one, and marks tell people apart", () => {
  assert.deepEqual(meant("Mina 10m rude"), ["1111", "10m rude"]);
  assert.deepEqual(meant("@mina"), ["1111", ""]);
  assert.deepEqual(meant("Mina Kim rude"), ["3333", "rude"]);
  assert.deepEqual(meant("Mina\u00b72222 rude"), ["2222", "rude"]);
  assert.deepEqual(meant("M1na"), ["1111,2222", ""]);
  assert.deepEqual(meant("JUN off"), ["5555,6666", "off"]);
  assert.deepEqual(meant("\ubbfc\uc544 10m"), ["4444", "10m"]);
  assert.deepEqual(meant("u999zzzz9999 why"), ["9999", "why"]);
  for (const argument of ["", " ", "nobody", "u12", "@"]) assert.deepEqual(meant(argument), ["", ""], argument);
});

const said = (seq, at, more = {}) => ({ type: "message", id: `m:${seq}`, epoch: "e", seq, from: users[at], text: "hi", kind: "text", ...more });
const items = [
  said(7, 0), said(8, 4), { type: "reset", id: "r" }, said(9, 2), said(10, 0), said(11, 4, { kind: "deleted" }),
  { type: "deletion", id: "m:12", epoch: "e", seq: 12 }, said(undefined, 3),
];
const deleted = (argument) => {
  const { item, reason, users: found } = deletionOf(argument, items, users.slice(0, 5));
  return [item?.seq, reason, found.map(({ id }) => id.slice(-4)).join()];
};

test("a message is named by its number, or by who wrote it last, as in the terminal", () => {
  assert.deepEqual(deleted("8"), [8, "", ""]);
  assert.deepEqual(deleted("9 spam again"), [9, "spam again", ""]);
  assert.deepEqual(deleted("Mina"), [10, "", "1111"]);
  assert.deepEqual(deleted("@mina rude"), [10, "rude", "1111"]);
  assert.deepEqual(deleted("Mina Kim rude"), [9, "rude", "3333"]);
  // The last one of Jun is deleted already, and that of 민아 is not in the log.
  assert.deepEqual(deleted("Jun"), [8, "", "5555"]);
  assert.deepEqual(deleted("\ubbfc\uc544"), [undefined, "", "4444"]);
  for (const number of ["11", "12", "99"]) assert.deepEqual(deleted(number), [undefined, "", ""], number);
  assert.deepEqual(deleted("M1na"), [undefined, undefined, "1111,2222"]);
  for (const argument of ["", "nobody", "^2"]) assert.deepEqual(deleted(argument), [undefined, undefined, ""], argument);
});

test("programs with one id in common are told apart by their names", () => {
  const bots = ["Build", "Weather", "Build", "Weather"].map((name, at) => said(at + 1, 0, { from: { id: "anonymous", name } }));
  assert.equal(deletionOf("Build", bots, [{ id: "anonymous", name: "Build" }]).item.seq, 3);
});

test("what is not in the log cannot be deleted", () => {
  assert.deepEqual(items.filter(isDeletable).map(({ seq }) => seq), [7, 8, 9, 10]);
  assert.equal(isDeletable({ id: "k:1", seq: 5, text: "on its way", state: "sent" }), false);
});
