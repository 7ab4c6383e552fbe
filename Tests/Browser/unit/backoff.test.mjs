import assert from "node:assert/strict";
import test from "node:test";
import { MAX_DELAY_MS, MIN_DELAY_MS, isFinal, reconnectDelay } from "../../../static/js/core/protocol.js";

test("the first try is jittered too and never sooner than half a second", () => {
  assert.equal(reconnectDelay(0, 0), MIN_DELAY_MS);
  assert.ok(reconnectDelay(0, 0.999) > MIN_DELAY_MS + 500);
});

test("the ceiling doubles up to twenty seconds and stays there for ever", () => {
  const ceilings = [0, 1, 2, 3, 4, 50, 5000].map((attempt) => reconnectDelay(attempt, 1));
  assert.deepEqual(ceilings, [2000, 4000, 8000, 16000, MAX_DELAY_MS, MAX_DELAY_MS, MAX_DELAY_MS]);
});

test("what the server asks for is kept to, with a little jitter on top", () => {
  assert.equal(reconnectDelay(7, 0, 1500), 1500);
  assert.equal(reconnectDelay(7, 1, 1500), 1500 + MIN_DELAY_MS);
  assert.equal(reconnectDelay(0, 0, 0), 0);
});

test("the protocol's final codes end it, all others do not", () => {
  for (const code of [1002, 1003, 1007, 1008, 1009, 4500, 4501, 4503, 4504, 4505, 4999]) assert.ok(isFinal(code), code);
  for (const code of [1000, 1001, 1005, 1006, 1011, 1012, 1013, 4000, 4001, 4002, 4499]) assert.ok(!isFinal(code), code);
});
