import assert from "node:assert/strict";
import test from "node:test";

import { makeSender } from "../../../static/js/net/sender.js";

const HOUR = 3600_000;

/** A page with one message that has waited for so long, and a server that remembers keys for an hour. */
function page(age) {
  const entry = { key: "k", text: "hi", kind: "text", state: "queued", time: Date.now() - age };
  const room = { phase: "in", replay: 0, outbox: [entry] };
  const store = {
    state: { limits: { key_seconds: 3600 }, rooms: new Map([["lobby", room]]) },
    dispatch: ({ type, change }) => (type === "acknowledged" ? room.outbox.pop() : Object.assign(entry, change)),
  };
  const sent = [];
  const client = { isOpen: true, request: async (type, fields) => sent.push(fields.key) };
  return { entry, sent, send: makeSender(client, store, () => {}) };
}

test("a message whose key the server may have forgotten is not sent by itself", async () => {
  const { entry, sent, send } = page(HOUR + 1000);
  await send("lobby");
  assert.deepEqual(sent, []);
  assert.deepEqual([entry.state, entry.error.code], ["failed", "old"]);
});

test("one that it remembers is", async () => {
  const { sent, send } = page(HOUR - 60_000);
  await send("lobby");
  assert.deepEqual(sent, ["k"]);
});
