import assert from "node:assert/strict";
import test from "node:test";
import { decode, encodeCommand } from "../../../static/js/core/protocol.js";

const from = { id: "u1", name: "민아" };
const message = { type: "message", room: "래블업", epoch: "abcdefgh", seq: 7, time: 1, from, text: "안녕하세요 👋🏽👨‍👩‍👧" };

test("a command bears its type, its id when there is one, and no undefined fields", () => {
  assert.equal(encodeCommand("ping", {}, 3), '{"type":"ping","id":3}');
  assert.deepEqual(JSON.parse(encodeCommand("send", { room: "lobby", kind: undefined })), { type: "send", room: "lobby" });
});

test("Korean and joined emoji come through unchanged", () => {
  assert.deepEqual(decode(JSON.stringify(message)), message);
});

test("a message that another program published has neither epoch nor seq", () => {
  const { epoch, seq, ...foreign } = message;
  assert.ok(decode(JSON.stringify(foreign)));
  assert.equal(decode(JSON.stringify({ ...foreign, seq })), null);
  assert.equal(decode(JSON.stringify({ ...foreign, epoch })), null);
});

test("what is not understood is nothing, never an exception", () => {
  for (const data of ["", "{", "null", "7", "[]", '{"type":7}', '{"type":"fireworks"}', '{"type":"toString"}', '{"type":"message"}', new ArrayBuffer(2)]) {
    assert.equal(decode(data), null);
  }
});

test("unknown keys are ignored", () => {
  assert.ok(decode(JSON.stringify({ ...message, colour: "red" })));
});
