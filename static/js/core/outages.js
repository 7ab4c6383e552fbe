// Rooms that are out of reach while others are not: only a chat on several servers has that. Whoever dispatches
// `roomsStatus` imports this file.

import { ON_PAGE } from "./reducer.js";

const { close } = ON_PAGE;

/** A status that names the rooms of this client that it is about. */
ON_PAGE.roomsStatus = (state, { event }) => ({ ...state, service: after(state.service, event.state, event.rooms) });

/** A room that was left is missed no more. */
ON_PAGE.close = (state, action) => {
  const next = close(state, action);
  return next.service.rooms ? { ...next, service: after(next.service, "ok", [action.room]) } : next;
};

function after(before, state, rooms) {
  // The whole server is away, and says so itself when it is back.
  if (before.state === "degraded" && !before.rooms) return before;
  const away = new Set(before.rooms);
  for (const room of rooms) {
    if (state === "ok") away.delete(room);
    else away.add(room);
  }
  return away.size ? { state: "degraded", rooms: [...away] } : { state: "ok" };
}
