import assert from "node:assert/strict";
import test from "node:test";
import { inputOf, trimmed } from "../../../static/js/core/input.js";
import { vectors } from "./vectors.mjs";

for (const { line, ...input } of vectors("commands")) test(`input ${JSON.stringify(line)}`, () => {
  const { argument, ...read } = inputOf(line);
  assert.deepEqual(input.is === "command" ? { ...read, argument } : read, input);
});

test("blank lines around a text are not said, the indentation of its first line is", () => {
  assert.equal(trimmed("\n\n\n hello \n\n\n"), " hello");
  assert.equal(trimmed("  a\n\n  b\n"), "  a\n\n  b");
  assert.equal(trimmed(" \n\t"), "");
});

test("white space in the midst of a text costs no more than its length", () => {
  const text = `a${" ".repeat(1_000_000)}b`;
  assert.equal(trimmed(text), text);
});
