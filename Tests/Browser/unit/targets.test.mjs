import assert from "node:assert/strict";
import test from "node:test";
import { rulingOf, spanOf, targetOf } from "../../../static/js/core/targets.js";

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
