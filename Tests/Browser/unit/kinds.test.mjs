import assert from "node:assert/strict";
import test from "node:test";

import { lineOf } from "../../../static/js/core/kinds.js";
import { namesAuthor } from "../../../static/js/core/protocol.js";

const line = (kind) => lineOf({ kind }, "Mina", "waves");

test("a message reads as a line by its kind", () => {
  assert.equal(line("text"), "Mina: waves");
  assert.equal(line("action"), "* Mina waves");
  assert.ok(namesAuthor({ kind: "action" }));
});

test("a kind that is not known reads as its text, whatever it is called", () => {
  for (const kind of ["poll", "constructor", "__proto__", "toString", undefined]) {
    assert.equal(line(kind), "Mina: waves", kind);
    assert.ok(!namesAuthor({ kind }));
  }
});
