import assert from "node:assert/strict";
import test from "node:test";

import { makeStreamSocket } from "../../../static/js/net/stream.js";

const MINUTE = 60_000;
/** Less than the silence after which a stream counts as lost. */
const QUIET = 30_000;
const STATUS = { type: "status", status: "ok" };
const WELCOME = { type: "welcome", id: 0, session: "0123456789abcdef", limits: {} };

/** Timers whose time passes when a test says so. */
function makeTimers() {
  const waiting = new Map();
  let [now, lastId] = [0, 0];
  return {
    setTimeout: (work, wait) => (waiting.set(++lastId, { work, due: now + wait }), lastId),
    clearTimeout: (id) => waiting.delete(id),
    pass(time) {
      const end = now + time;
      for (;;) {
        const [id, next] = [...waiting].sort(([, one], [, other]) => one.due - other.due)[0] ?? [];
        if (!next || next.due > end) break;
        waiting.delete(id);
        now = next.due;
        next.work();
      }
      now = end;
    },
  };
}

/** A browser whose network lets streams through, and a WebSocket when the test says so. */
function browser(t) {
  const { pass, ...timers } = makeTimers();
  const tries = [];
  const streams = [];
  const globals = {
    ...timers,
    location: new URL("https://chat.example/room/"),
    WebSocket: class {
      constructor(address, subprotocol) {
        Object.assign(this, { address, subprotocol, isClosed: false });
        tries.push(this);
      }
      close() {
        this.isClosed = true;
      }
    },
    fetch: async () => new Response(new ReadableStream({ start: (stream) => void streams.push(stream) })),
  };
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  }
  return { tries, streams, pass };
}

/** A page that has been welcomed on a stream, and what it is told. */
async function welcomed(network) {
  const socket = makeStreamSocket();
  const page = { socket, better: 0, ends: [], heard: null };
  socket.onmessage = ({ data }) => page.heard?.(JSON.parse(data));
  socket.onclose = (end) => page.ends.push(end);
  socket.onbetter = () => (page.better += 1);
  await new Promise((resolve) => (socket.onopen = resolve));
  socket.send(JSON.stringify({ id: 1, type: "hello", name: "Mina" }));
  page.says = (event) =>
    new Promise((resolve) => {
      page.heard = resolve;
      network.streams[0].enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));
    });
  while (network.streams.length === 0) await new Promise(setImmediate);
  await page.says(WELCOME);
  return page;
}

/** A minute, or the beginning of one, in which the server says something, as it does every 15 s. */
async function minute(network, page, rest = MINUTE - QUIET) {
  network.pass(QUIET);
  await page.says(STATUS);
  network.pass(rest);
  await page.says(STATUS);
}

test("a page on a stream tries a WebSocket each minute, and goes on when there is none", async (t) => {
  const network = browser(t);
  const page = await welcomed(network);
  for (const count of [1, 2, 3]) {
    await minute(network, page, MINUTE - QUIET - 1);
    assert.equal(network.tries.length, count - 1);
    network.pass(1);
    assert.equal(network.tries.length, count);
    // The next minute begins when this try has ended.
    network.tries.at(-1).onclose();
  }
  assert.deepEqual(network.tries.map(({ address, subprotocol }) => [address, subprotocol])[0], ["wss://chat.example/room/ws", "chat.v1"]);
  assert.deepEqual([page.better, page.ends], [0, []]);
});

test("a try that has not ended is the only one", async (t) => {
  const network = browser(t);
  const page = await welcomed(network);
  for (let count = 0; count < 3; count++) await minute(network, page);
  assert.equal(network.tries.length, 1);
  page.socket.close();
});

test("once a WebSocket opens the page is told, and the try leaves nothing open", async (t) => {
  const network = browser(t);
  const page = await welcomed(network);
  await minute(network, page);
  page.socket.onbetter = () => {
    page.better += 1;
    page.socket.close();
  };
  network.tries[0].onopen();
  network.tries[0].onclose();
  assert.deepEqual([page.better, network.tries[0].isClosed], [1, true]);
  network.pass(10 * MINUTE);
  assert.equal(network.tries.length, 1);
});

test("a page that has left its stream tries nothing any more", async (t) => {
  const network = browser(t);
  const page = await welcomed(network);
  await minute(network, page);
  page.socket.close();
  // It opens after all, and nobody wants it.
  network.tries[0].onopen();
  network.tries[0].onclose();
  network.pass(10 * MINUTE);
  assert.deepEqual([network.tries.length, network.tries[0].isClosed, page.better], [1, true, 0]);
});
