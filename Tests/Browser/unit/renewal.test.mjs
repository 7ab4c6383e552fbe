import assert from "node:assert/strict";
import test from "node:test";
import { fits, isToken, may, renewalDelay, retryDelay, rightsOf, timerFor } from "../../../static/js/core/renewal.js";

test("a token is renewed some time before its end, by each page at another moment", () => {
  const seconds = (life, random) => renewalDelay(life * 1000, random) / 1000;
  assert.deepEqual([seconds(3600, 0), seconds(3600, 1), seconds(100, 0), seconds(100, 1)], [3540, 3510, 80, 70]);
  assert.deepEqual([seconds(5, 0), seconds(1, 0), seconds(0, 1)], [4, 1, 1]);
});

test("a renewal that failed is tried again, ever closer to the end, and never without a pause", () => {
  assert.deepEqual([60_000, 10_000, 1_000, 0, -5_000].map(retryDelay), [30_000, 5_000, 1_000, 1_000, 1_000]);
});

test("no timer is longer than a browser takes", () => assert.ok(timerFor(Number.MAX_SAFE_INTEGER) < 2 ** 31));

test("only what can stand in a header is a token", () => {
  for (const token of ["a.b.c", "x".repeat(8192)]) assert.equal(isToken(token), true);
  for (const token of ["", "a b", "a\nb", "é", "x".repeat(8193), 7, null, undefined, {}]) assert.equal(isToken(token), false);
});

const tokenWith = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

test("the rights of a token are read as far as they can be", () => {
  assert.deepEqual(rightsOf(tokenWith({ rooms: { "팀-*": ["moderate"], x: "read", y: null } })), [["팀-*", ["moderate"]]]);
  for (const token of ["", "a", "a.b.c", "a.é.c", tokenWith([]), tokenWith({ rooms: 7 }), `e30.${"A".repeat(8000)}.x`]) assert.deepEqual(rightsOf(token), [], token);
  const rights = rightsOf(tokenWith({ rooms: { "team-*": ["read", "moderate"], news: ["read"] } }));
  assert.deepEqual(["team-1", "team-", "news", "other"].map((room) => may(rights, "moderate", room)), [true, true, false, false]);
});

test("a star stands for any text", () => {
  for (const [pattern, room] of [["*", "a"], ["a*", "a"], ["*a", "a"], ["a*b*c", "aXbYc"], ["a**b", "ab"], ["*b*", "abc"], ["팀-*".normalize("NFD"), "팀-1"]]) assert.equal(fits(pattern, room), true, pattern);
  for (const [pattern, room] of [["a", "ab"], ["a*a", "a"], ["a*b*c", "acb"], ["*ab*b", "ab"], ["A*", "a"], ["", "a"]]) assert.equal(fits(pattern, room), false, pattern);
});
