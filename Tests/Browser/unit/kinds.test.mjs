import assert from "node:assert/strict";
import test from "node:test";

import { kindOf } from "../../../static/js/core/kinds.js";

const line = (kind) => kindOf({ kind }).line("Mina", "waves");

test("a message reads as a line by its kind", () => {
  assert.equal(line("text"), "Mina: waves");
  assert.equal(line("action"), "* Mina waves");
});

test("a kind that is not known reads as its text, whatever it is called", () => {
  for (const kind of ["poll", "constructor", "__proto__", "toString", undefined]) {
    assert.equal(line(kind), "Mina: waves", kind);
    assert.ok(!kindOf({ kind }).namesAuthor);
  }
});
