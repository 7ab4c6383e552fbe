// The server repairs a missing change of members itself. The page asks only when it stays missing.

import { hasHole } from "./core/room.js";

const HOLE_MS = 5_000;
const watched = new Set();

export async function watchHole({ store, client, act }, name) {
  const room = () => store.state.rooms.get(name);
  if (watched.has(name)) return;
  watched.add(name);
  await new Promise((resolve) => setTimeout(resolve, HOLE_MS * (1 + Math.random() / 2)));
  watched.delete(name);
  if (room()?.phase !== "in" || !hasHole(room())) return;
  const reply = await client.request("members", { room: name }).catch(() => null);
  if (reply) act("membersKnown", { room: name, reply });
}
