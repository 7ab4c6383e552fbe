// The state of the page (docs/PAGE.md) and what every action makes of it.

import * as rooms from "./room.js";

export const initialState = {
  connection: { phase: "idle" },
  wasWelcome: false,
  service: { state: "ok" },
  me: null,
  ids: new Set(),
  limits: { text_bytes: 8192, name_chars: 32, room_chars: 64, history: 100 },
  rooms: new Map(),
  current: null,
  isVisible: true,
  notice: null,
};

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
  open(state, { room, seen, select = true }) {
    const opened = state.rooms.has(room) ? state.rooms : new Map(state.rooms).set(room, rooms.newRoom(room, seen));
    return attend({ ...state, rooms: opened, current: select ? room : state.current });
  },
  close(state, { room }) {
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
  return whole ? whole(state, action) : inRoom(state, action.room, (room) => rooms[action.type](room, action));
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
  return { ...state, rooms: every(state, (room) => rooms.attended(room, state.isVisible && state.current === room.name)) };
}

export const unreadCount = (state) => [...state.rooms.values()].reduce((sum, { unread }) => sum + unread, 0);
