import assert from "node:assert/strict";
import test from "node:test";
import { byteLength } from "../../../static/js/core/names.js";
import { splitText } from "../../../static/js/core/split.js";

const texts = {
  words: "lorem ipsum dolor ".repeat(300),
  korean: "안녕하세요 여러분. ".repeat(300),
  unbroken: "가".repeat(2000),
  emoji: "👨‍👩‍👧👋🏽🇰🇷".repeat(200),
  marks: "Z" + "\u0300\u0301".repeat(3000),
  lines: Array.from({ length: 400 }, (_, index) => `line ${index}`).join("\n"),
};

for (const [name, text] of Object.entries(texts)) {
  test(`${name}: no part is too long, and together they are the text`, () => {
    for (const most of [64, 1000, 8192]) {
      const parts = splitText(text, most);
      assert.equal(parts.join(""), text);
      for (const part of parts) assert.ok(byteLength(part) <= most, `${byteLength(part)} > ${most}`);
    }
  });
}

test("a text that fits is one part", () => assert.deepEqual(splitText("short", 100), ["short"]));

test("it is divided between paragraphs before lines, between lines before words", () => {
  assert.deepEqual(splitText("one two\nthree\n\nfour five six seven", 20), ["one two\nthree\n\n", "four five six seven"]);
  assert.deepEqual(splitText("one two three\nfour five six", 16), ["one two three\n", "four five six"]);
  assert.deepEqual(splitText("one two three four", 10), ["one two ", "three four"]);
});

test("characters as people see them stay whole", () => {
  const family = "👨‍👩‍👧";
  for (const part of splitText(family.repeat(20), 60)) assert.equal(byteLength(part) % byteLength(family), 0);
});
