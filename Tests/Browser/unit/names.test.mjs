import assert from "node:assert/strict";
import test from "node:test";
import { vectors } from "./vectors.mjs";
import { byteLength, hueOf, initials, messageText, roomName, roomOfHash, userName } from "../../../static/js/core/names.js";

test("a room is letters and digits of any script", () => {
  for (const name of ["lobby", "래블업", "a-b_c.d", "_x", "ไทย", "42"]) assert.equal(roomName(name), name);
  for (const name of ["", ".x", "-x", "a b", "a/b", "<b>", "👋", "a".repeat(65), "가".repeat(65), "\u0301a"]) assert.equal(roomName(name), null, name);
  assert.equal(roomName("#lobby"), "lobby");
});

test("names are brought into normal form", () => {
  assert.equal(roomName("래블업".normalize("NFD")), "래블업");
  assert.equal(userName("  민아 ".normalize("NFD")), "민아");
});

test("a user's name counts characters as people do", () => {
  const family = "👨‍👩‍👧";
  assert.equal(userName(family), family);
  assert.equal(userName("a".repeat(32)).length, 32);
  assert.equal(userName("a".repeat(33)), null);
  for (const name of ["", "   ", "\u200b\u200d", "\u2800", "\u3164\u115f", "a\nb", "a\u202eb"]) assert.equal(userName(name), null, JSON.stringify(name));
});

test("what cannot be seen does not make another name of a name", () => {
  assert.equal(userName("Mina\u200b"), "Mina");
  assert.equal(userName("\ufeffMi\u00adna\u2060"), "Mina");
});

test("a text loses control characters but not its lines, tabs and joiners", () => {
  assert.equal(messageText("a\u0000b\u0085\r\nc\td 👨‍👩‍👧"), "ab\nc\td 👨‍👩‍👧");
  assert.equal(messageText("한".normalize("NFD")), "한");
  assert.equal(byteLength("한a"), 4);
});

test("a broken hash is no room", () => {
  assert.equal(roomOfHash("#%EB%9E%98%EB%B8%94%EC%97%85"), "래블업");
  assert.equal(roomOfHash("#래블업"), "래블업");
  for (const hash of ["", "#", "#%", "#%E0%A4%A", "#a%2Fb"]) assert.equal(roomOfHash(hash), null, hash);
});

test("an author's colour follows the id and initials follow the script", () => {
  assert.equal(hueOf("u1"), hueOf("u1"));
  assert.ok(hueOf("u1") >= 0 && hueOf("u1") < 360);
  assert.deepEqual(["민아", "mina kim", "👨‍👩‍👧 x", "Élan"].map(initials), ["민", "MK", "👨‍👩‍👧", "É"]);
});

const names = vectors("names");
for (const [kind, parse] of [["users", userName], ["rooms", roomName]]) {
  test(`names of ${kind} are taken and refused as the server does`, () => {
    assert.ok(names[kind].length > 10);
    for (const { raw, name, why } of names[kind]) assert.equal(parse(raw) === null, name === null, why);
  });
}
