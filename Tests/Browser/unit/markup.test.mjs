import assert from "node:assert/strict";
import test from "node:test";
import { mentions, pieces } from "../../../static/js/core/markup.js";

const types = (text, name) => pieces(text, name).map(({ type, text: shown }) => `${type}:${shown}`);

test("code, links and mentions are found beside each other", () => {
  assert.deepEqual(types("a `b` https://c.d @민아!", "민아"), [
    "text:a ", "code:b", "text: ", "link:https://c.d", "text: ", "mention:@민아", "text:!",
  ]);
});

test("a block keeps its lines and loses its fence and language", () => {
  assert.deepEqual(types("x\n```swift\nlet a = 1\nlet b = 2\n```"), ["text:x\n", "pre:let a = 1\nlet b = 2"]);
});

test("nothing within code is a link or a mention", () => {
  assert.deepEqual(types("`https://a.b @Mina`", "Mina"), ["code:https://a.b @Mina"]);
});

test("a mention is a whole name, and Korean particles may follow it", () => {
  assert.ok(mentions("@민아가 왔다", "민아"));
  assert.ok(mentions("hi @mina.", "Mina"));
  assert.ok(!mentions("@minah", "Mina"));
  assert.ok(!mentions("a@mina", "Mina"));
  assert.ok(!mentions("mina", "Mina"));
});

test("a name full of pattern characters is only a name", () => {
  assert.ok(mentions("@a.*(b)[ hello", "a.*(b)["));
  assert.ok(!mentions("@axx(b)[", "a.*(b)["));
});
