// The state of the page (docs/PAGE.md), and the next state for each action.

import { ACTIONS, EVENTS, attended, disconnected, newRoom, typingExpired } from "./room.js";

export const initialState = {
  connection: { phase: "idle" },
  wasWelcome: false,
  service: { state: "ok" },
  me: null,
  ids: new Set(),
  limits: { text_bytes: 8192, name_chars: 32, room_chars: 64, history: 100, key_seconds: 86400 },
  rooms: new Map(),
  current: null,
  isLookedAt: true,
  today: null,
  draft: null,
  notice: null,
};

/** Actions on the whole page; `rare.js` and `outages.js` add to them. */
export const ON_PAGE = {
  connection(state, { change }) {
    const connection = { ...state.connection, ...change };
    const isLost = state.connection.phase === "open" && connection.phase !== "open";
    return { ...state, connection, rooms: isLost ? every(state, disconnected) : state.rooms };
  },
  welcome: (state, { welcome: { user, limits } }) => ({
    ...state,
    me: user,
    ids: new Set(state.ids).add(user.id),
    limits: { ...state.limits, ...limits },
    wasWelcome: true,
    service: initialState.service,
    connection: { ...initialState.connection, phase: "open" },
  }),
  me: (state, { user }) => ({ ...state, me: user }),
  open(state, { room, seen, select = true }) {
    const opened = state.rooms.has(room) ? state.rooms : new Map(state.rooms).set(room, newRoom(room, seen));
    return attend({ ...state, rooms: opened, current: select ? room : state.current });
  },
  /** The next room of the list becomes the current one. */
  close(state, { room }) {
    const names = [...state.rooms.keys()];
    const at = names.indexOf(room);
    const left = new Map(state.rooms);
    left.delete(room);
    const current = state.current === room ? names[at + 1] ?? names[at - 1] ?? null : state.current;
    return attend({ ...state, rooms: left, current });
  },
  lookedAt: (state, { isLookedAt }) => attend({ ...state, isLookedAt }),
  tick(state, { now }) {
    const next = every(state, (room) => typingExpired(room, now));
    const today = new Date(now).toDateString();
    return next === state.rooms && today === state.today ? state : { ...state, rooms: next, today };
  },
  notice: (state, { notice }) => ({ ...state, notice }),
};

/** The state after `action`: on the whole page (ON_PAGE), in one room (ACTIONS), or an event of the server (EVENTS). */
export function reduce(state, action) {
  const { type, room } = action;
  if (type === "event") return happened(state, action.event, action.now);
  return ON_PAGE[type]?.(state, action) ?? inRoom(state, room, (known) => ACTIONS[type](known, action));
}

function happened(state, event, now) {
  switch (event.type) {
    case "status":
      return { ...state, service: event };
    case "closing":
      return { ...state, connection: { ...state.connection, isClosing: true } };
    case "error":
      return { ...state, notice: event };
  }
  const context = { ids: state.ids, name: state.me?.name, attended: state.isLookedAt && state.current === event.room };
  const next = inRoom(state, event.room, (room) => EVENTS[event.type]?.(room, event, context, now) ?? room);
  return event.type === "renamed" && event.user.id === next.me?.id ? { ...next, me: event.user } : next;
}

function inRoom(state, name, change) {
  const room = state.rooms.get(name);
  const next = room && change(room);
  return next === room ? state : { ...state, rooms: new Map(state.rooms).set(name, next) };
}

function every(state, change) {
  const next = new Map([...state.rooms].map(([name, room]) => [name, change(room)]));
  return [...next].some(([name, room]) => room !== state.rooms.get(name)) ? next : state.rooms;
}

function attend(state) {
  return { ...state, rooms: every(state, (room) => attended(room, state.isLookedAt && state.current === room.name)) };
}

export const unreadCount = (state) => [...state.rooms.values()].reduce((sum, { unread }) => sum + unread, 0);
