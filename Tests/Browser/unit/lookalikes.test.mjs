import assert from "node:assert/strict";
import test from "node:test";
import { vectors } from "./vectors.mjs";
import { LETTERS, skeletonOf } from "../../../static/js/core/lookalikes.js";
import { makeNotes } from "../../../static/js/components/names-watch.js";
import { makeNamesakes } from "../../../static/js/core/namesakes.js";

const { letters, alike, different, labels } = vectors("lookalikes");

test("the table is the terminal's", () => assert.deepEqual(LETTERS.trim().split("\n"), letters));

for (const { names, why } of alike) test(`names that look alike: ${why}`, () => assert.equal(new Set(names.map(skeletonOf)).size, 1));

for (const { names, why } of different) test(`names that do not: ${why}`, () => assert.equal(new Set(names.map(skeletonOf)).size, names.length));

for (const { people, labels: expected, why } of labels) {
  test(`people are told apart: ${why}`, () => {
    const users = people.map(([id, name]) => ({ id, name }));
    const namesakes = makeNamesakes();
    users.forEach(namesakes.add);
    const shown = users.map((user) => user.name + (namesakes.markOf(user) && `·${namesakes.markOf(user)}`));
    assert.deepEqual(shown, expected);
  });
}

test("a reader with two ids is one person", () => {
  const namesakes = makeNamesakes(new Set(["u111aaaa1111", "u222bbbb2222"]));
  namesakes.add({ id: "u111aaaa1111", name: "Mina" });
  namesakes.add({ id: "u222bbbb2222", name: "Mina" });
  assert.equal(namesakes.markOf({ id: "u111aaaa1111", name: "Mina" }), "");
  namesakes.add({ id: "u333cccc3333", name: "Mina" });
  assert.equal(namesakes.markOf({ id: "u111aaaa1111", name: "Mina" }), "1111");
});

test("the cost of a name grows with its length", () => {
  // The longest decomposition is of one character into 18.
  assert.ok([...skeletonOf("\ufdfa".repeat(32))].length <= 18 * 32);
});

test("a closer look is taken at names that may look alike, and at no others", () => {
  const noted = (...names) => {
    const notes = makeNotes();
    return names.map((name, index) => notes({ id: `u${index}`, name })).includes(true);
  };
  for (const names of [["Mina", "Jonas"], ["Mina"], []]) assert.equal(noted(...names), false);
  for (const names of [["Mina", "mina"], ["Mina", "M1NA"], ["Bob", "B0b"], ["Mamie", "Marnie"], ["will", "vvill"], ["민아"], ["Mіna"]]) {
    assert.equal(noted(...names), true, names.join());
  }
  assert.equal(noted(...Array.from({ length: 301 }, (_, index) => `n${index.toString(2).replaceAll("0", "x").replaceAll("1", "y")}`)), true);
});

test("names in ASCII that look alike are always noticed", () => {
  const ascii = alike.flatMap(({ names }) => [names.filter((name) => /^[ -~]+$/.test(name))]).filter(({ length }) => length > 1);
  assert.ok(ascii.length > 4);
  for (const names of ascii) {
    const notes = makeNotes();
    assert.deepEqual(names.map((name, index) => notes({ id: `u${index}`, name })), names.map((_, index) => index > 0), names.join());
  }
});
