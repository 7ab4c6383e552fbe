// The state of the whole page and what every action makes of it. Time comes with the action, effects are elsewhere.

import * as rooms from "./room.js";

export const initialState = {
  connection: {
    /** "idle", "connecting", "open", "waiting" (until `retryAt`) or "ended" (for good). */
    phase: "idle",
    /** Tries since the last welcome. */
    tries: 0,
    retryAt: null,
    code: null,
    reason: "",
    /** The code of the error that refused the `hello`. */
    refused: null,
    /** A `closing` event came. */
    isClosing: false,
    /** What /readyz said after many tries in vain: "ready", "unready" or "unreachable". */
    readiness: null,
  },
  /** There was a welcome: what is lost now is a connection, not a first try. */
  wasWelcome: false,
  service: { state: "ok" },
  me: null,
  /** Every id this page was given: more than one after a session was lost. */
  ids: new Set(),
  /** Protocol, section 5, until the `welcome` says otherwise. */
  limits: { text_bytes: 8192, name_chars: 32, room_chars: 64, history: 100 },
  rooms: new Map(),
  current: null,
  isVisible: true,
  /** The last error that belongs to no message and no room. */
  notice: null,
};

/** Actions on the whole. */
const WHOLE = {
  connection(state, { change }) {
    const connection = { ...state.connection, ...change };
    const isLost = state.connection.phase === "open" && connection.phase !== "open";
    return { ...state, connection, rooms: isLost ? every(state, rooms.disconnected) : state.rooms };
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
  "room/open"(state, { room, select = true }) {
    const opened = state.rooms.has(room) ? state.rooms : new Map(state.rooms).set(room, rooms.newRoom(room));
    return attend({ ...state, rooms: opened, current: select ? room : state.current });
  },
  "room/close"(state, { room }) {
    const left = new Map(state.rooms);
    left.delete(room);
    return { ...state, rooms: left, current: state.current === room ? null : state.current };
  },
  visible: (state, { isVisible }) => attend({ ...state, isVisible }),
  tick(state, { now }) {
    const next = every(state, (room) => rooms.typingExpired(room, now));
    return next === state.rooms ? state : { ...state, rooms: next };
  },
  notice: (state, { notice }) => ({ ...state, notice }),
};

/** Actions on the room that they name. */
const ROOM = {
  "room/joining": (room) => ({ ...room, phase: "joining", error: null }),
  "room/joined": (room, { reply }) => rooms.joined(room, reply),
  "room/refused": (room, { error }) => ({ ...room, phase: "refused", error }),
  "room/members": (room, { reply }) => rooms.membersKnown(room, reply),
  "history/asked": (room) => ({ ...room, older: "loading" }),
  "history/came": (room, { reply }) => rooms.olderCame(room, reply),
  "history/failed": (room) => ({ ...room, older: "failed" }),
  "outbox/queued": (room, { entry }) => rooms.queued(room, entry),
  "outbox/changed": (room, { key, change }) => rooms.outboxChanged(room, key, change),
  "outbox/acknowledged": (room, { key, reply }) => rooms.acknowledged(room, key, reply),
  "outbox/discarded": (room, { key }) => rooms.discarded(room, key),
};

/** What the server tells of a room. */
const EVENT = {
  message: rooms.messageCame,
  gap: rooms.gap,
  reset: rooms.reset,
  joined: rooms.presenceChanged,
  left: rooms.presenceChanged,
  renamed: rooms.presenceChanged,
  presence: rooms.presenceCounted,
  typing: rooms.typingChanged,
};

export function reduce(state, action) {
  if (action.type === "event") return happened(state, action.event, action.now);
  const whole = WHOLE[action.type];
  return whole ? whole(state, action) : inRoom(state, action.room, (room) => ROOM[action.type](room, action));
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
  const context = { ids: state.ids, name: state.me?.name, attended: state.isVisible && state.current === event.room };
  const next = inRoom(state, event.room, (room) => EVENT[event.type]?.(room, event, context, now) ?? room);
  // Renamed on another tab or device.
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

/** What is before the eyes is read. */
function attend(state) {
  return { ...state, rooms: every(state, (room) => rooms.attended(room, state.isVisible && state.current === room.name)) };
}

/** Unread messages of all rooms, for the title. */
export const unreadCount = (state) => [...state.rooms.values()].reduce((sum, { unread }) => sum + unread, 0);
