// The tabs of a browser are one user: a change in another tab is applied here.

import "./core/rare.js";

export function heedOtherTab(tab, key, value, old) {
  const { app, store, act } = tab;
  const [kind] = key.split(".", 1);
  const rest = key.slice(kind.length + 1);
  if (kind === "name" && value) app.name = value;
  else if (kind === "rooms" && value) followRooms(tab);
  else if (kind === "seen" && value) act("seenElsewhere", { room: rest, seen: parsed(value) });
  else if (kind === "draft") act("draftElsewhere", { draft: { room: rest, text: value ?? "" } });
  else if (kind === "outbox" && !value) act("discarded", { room: parsed(old)?.room, key: rest });
  else if (kind === "theme") document.documentElement.dataset.theme = value ?? "auto";
  else if (kind === "alerts" && value) import("./alerts.js").then(({ watch }) => watch(store));
  else if (kind === "language") location.reload();
}

function followRooms({ store, act, open, join, client, knownRooms }) {
  const known = knownRooms();
  const { rooms } = store.state;
  for (const room of rooms.keys()) {
    if (known.includes(room)) continue;
    client.post("leave", { room });
    act("close", { room });
  }
  for (const room of known) {
    if (rooms.has(room)) continue;
    open(room, false);
    join(room);
  }
}

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
