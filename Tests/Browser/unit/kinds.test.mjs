import assert from "node:assert/strict";
import test from "node:test";

import { asLine, KINDS } from "../../../static/js/core/kinds.js";

test("a message reads as a line by its kind", () => {
  assert.equal(asLine("text", "민아", "안녕"), "민아: 안녕");
  assert.equal(asLine("action", "Mina", "waves"), "* Mina waves");
});

test("a kind that is not known reads as its text, whatever it is called", () => {
  for (const kind of ["poll", "constructor", "__proto__", "toString", undefined]) {
    assert.equal(asLine(kind, "Mina", "hi"), "Mina: hi", kind);
  }
  assert.deepEqual(Object.keys(KINDS), ["text", "action"]);
});
