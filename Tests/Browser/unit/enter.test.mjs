import assert from "node:assert/strict";
import test from "node:test";
import { EnterMachine } from "../../../static/js/core/enter.js";

const plain = { key: "Enter", code: "Enter", keyCode: 13, isComposing: false, shiftKey: false };
const composing = { key: "Process", code: "Enter", keyCode: 229, isComposing: true, shiftKey: false };
const safari = { key: "Enter", code: "Enter", keyCode: 229, isComposing: false, shiftKey: false };

/** Plays what a browser reports; counts how often it would send, with everything that was waited for settled. */
function sends(...inputs) {
  const machine = new EnterMachine();
  let count = 0;
  let isWaiting = false;
  for (const [name, value] of inputs) {
    const verdict = machine[name](value);
    if (verdict === "send") count += 1;
    if (verdict === "wait") isWaiting = true;
  }
  if (isWaiting && machine.settled() === "send") count += 1;
  return count;
}

test("a plain Enter sends", () => assert.equal(sends(["keyDown", plain]), 1));

test("Shift and Enter break the line", () => {
  assert.equal(sends(["keyDown", { ...plain, shiftKey: true }], ["lineBreak"]), 0);
});

test("Korean, Chrome with a second keydown: once, not twice", () => {
  assert.equal(sends(["compositionStart"], ["keyDown", composing], ["compositionEnd", "요"], ["keyDown", plain]), 1);
});

test("Korean, Chrome without a second keydown: at the first Enter, not the second", () => {
  assert.equal(sends(["compositionStart"], ["keyDown", composing], ["compositionEnd", "요"]), 1);
  assert.equal(sends(["compositionStart"], ["keyDown", composing], ["compositionEnd", "요"], ["lineBreak"]), 1);
});

test("Korean, Safari's order: once", () => {
  assert.equal(sends(["compositionStart"], ["compositionEnd", "요"], ["keyDown", safari]), 1);
  assert.equal(sends(["compositionStart"], ["compositionEnd", "요"], ["keyDown", safari], ["lineBreak"]), 1);
});

test("nothing is sent before the last syllable is in the field", () => {
  const machine = new EnterMachine();
  machine.compositionStart();
  assert.equal(machine.keyDown(composing), "none");
  assert.equal(machine.settled(), "none");
  assert.equal(machine.lineBreak(), "none");
});

test("a Japanese or Chinese Enter takes the candidate and never sends", () => {
  for (const text of ["日本", "にほん", "你好", "ni hao", "漢"]) {
    assert.equal(sends(["compositionStart"], ["keyDown", composing], ["compositionEnd", text]), 0, text);
    assert.equal(sends(["compositionStart"], ["compositionEnd", text], ["keyDown", safari]), 0, text);
  }
});

test("the Enter after it does", () => {
  assert.equal(sends(["compositionStart"], ["keyDown", composing], ["compositionEnd", "日本"], ["keyDown", plain]), 1);
});

test("a composition that ends without Enter sends nothing, then or at a later key", () => {
  assert.equal(sends(["compositionStart"], ["compositionEnd", "요"], ["keyDown", { ...plain, key: "a", code: "KeyA", keyCode: 65 }]), 0);
});

test("Enter pressed in one composition does not send at the end of the next", () => {
  assert.equal(sends(["compositionStart"], ["keyDown", composing], ["compositionStart"], ["compositionEnd", "요"]), 0);
});
