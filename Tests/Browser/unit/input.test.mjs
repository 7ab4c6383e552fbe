import assert from "node:assert/strict";
import test from "node:test";
import { inputOf, messageOf, trimmed } from "../../../static/js/core/input.js";
import { vectors } from "./vectors.mjs";

for (const { line, ...input } of vectors("commands")) test(`input ${JSON.stringify(line)}`, () => {
  const { argument, ...read } = inputOf(line);
  assert.deepEqual(input.is === "command" ? { ...read, argument } : read, input);
});

test("what a line says has a kind; a command that says nothing is no message", () => {
  const said = (line) => messageOf(inputOf(line));
  assert.deepEqual(said(" hi"), { kind: "text", text: " hi" });
  assert.deepEqual(said("//me waves"), { kind: "text", text: "/me waves" });
  assert.deepEqual(said("/Me waves"), { kind: "action", text: "waves" });
  for (const line of ["", " ", "/me", "/who", "/join me", "/unknown x", "/constructor x"]) assert.equal(said(line), null, line);
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
