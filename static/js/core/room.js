// One room as the page knows it (docs/PAGE.md), and the next state of it for each action and event.

import { mentions } from "./names.js";

const TYPING_MS = 6_000;
const NOTE_MS = 10 * 60_000;

export const newRoom = (name, seen = null) => ({
  name,
  seen,
  phase: "out",
  error: null,
  epoch: null,
  seq: null,
  replay: 0,
  fresh: true,
  healing: null,
  items: [],
  counter: 0,
  older: "unknown",
  members: new Map(),
  memberCount: 0,
  presenceVersion: 0,
  presenceEpoch: null,
  presenceAhead: [],
  typing: new Map(),
  outbox: [],
  unread: 0,
  news: 0,
  mentionNews: 0,
  mentioned: false,
  marker: null,
});

export function disconnected(room) {
  return {
    ...room,
    phase: room.phase === "refused" ? "refused" : "out",
    replay: 0,
    healing: null,
    typing: new Map(),
    older: room.older === "loading" ? "more" : room.older,
    outbox: room.outbox.map((entry) => (entry.state === "sending" ? { ...entry, state: "queued" } : entry)),
  };
}

function membersKnown(room, { reply: { members, member_count: memberCount, presence_version: presenceVersion } }) {
  const known = new Map(members.map(({ id, name }) => [id, { name, version: 0 }]));
  return { ...room, members: known, memberCount, presenceVersion, presenceAhead: [] };
}

function messageCame(room, message, context) {
  const { epoch, seq, from } = message;
  const own = context.ids.has(from.id);
  const isFirstLook = room.fresh && room.replay > 0;
  let next = withoutTyping(own ? discarded(room, message) : room, from.id);
  const arrived = (changed) => {
    const all = append(changed, asItem(message, own));
    return message.of ? withoutText(all, message) : heard(all, message, own, isFirstLook, context);
  };
  if (seq === undefined) return arrived(next);

  if (next.replay > 0) next = { ...next, replay: next.replay - 1 };
  if (next.epoch !== null && epoch !== next.epoch) next = reset(next, message);
  if (next.seq !== null && seq <= next.seq) return next;
  if (next.seq !== null && seq > next.seq + 1) {
    // Ask once for the missing messages; if they do not come, report a gap.
    if (next.healing !== "answered") return { ...next, healing: "asked" };
    next = gap(next, { epoch, from: next.seq + 1, to: seq - 1 });
  }
  if (next.seq === null) next = { ...next, epoch, older: seq > 1 ? "more" : "start" };
  return arrived(withoutStale({ ...next, seq, time: message.time }, message));
}

/** The user's own message keeps the id of its outbox entry, and so its node. */
export function asItem({ epoch, seq, time, from, text, kind = "text", key }, own) {
  const id = own && key ? `k:${key}` : seq === undefined ? null : `m:${epoch}:${seq}`;
  // A deletion holds its place in the list, and is not shown.
  if (kind === "deletion") return { type: kind, id, epoch, seq };
  return { type: "message", id, epoch, seq, time, from, text, kind, key };
}

const withoutText = (room, { epoch, of }) =>
  ({ ...room, items: room.items.map((item) => (item.seq === of && item.epoch === epoch ? { ...item, kind: "deleted", text: "" } : item)) });

const append = (room, item) =>
  ({ ...room, counter: room.counter + 1, items: [...room.items, { ...item, id: item.id ?? `x:${room.counter}` }] });

/** In a first look only messages after those that an earlier page has shown are news. */
function heard(room, { text, epoch, seq }, own, isFirstLook, { attended, name }) {
  const { seen } = room;
  if (own || (isFirstLook && !(seen?.epoch === epoch && seq > seen.seq))) return room;
  if (attended) return isFirstLook && !room.marker ? { ...room, marker: seen } : room;
  const isMention = mentions(text, name);
  return {
    ...room,
    unread: room.unread + 1,
    news: room.news + (isFirstLook ? 0 : 1),
    mentionNews: room.mentionNews + (isMention && !isFirstLook ? 1 : 0),
    mentioned: room.mentioned || isMention,
    marker: room.unread === 0 && seq ? { epoch, seq: seq - 1 } : room.marker,
  };
}

/** A log that was rolled back brings the same messages again under new numbers. */
function withoutStale(room, { from, time, text, kind }) {
  if (!room.stale) return room;
  const isSaid = (item) => item.text === text || item.kind === "deleted" || kind === "deleted";
  const isOther = (item) => item.epoch === room.epoch || item.from?.id !== from.id || item.time !== time || !isSaid(item);
  return { ...room, items: room.items.filter(isOther) };
}

function gap(room, { epoch, from, to }) {
  const first = Math.max(from, (room.seq ?? 0) + 1);
  if (epoch !== room.epoch || to < first) return room;
  const isLost = (entry) => entry.state === "sent" && entry.seq >= first && entry.seq <= to;
  const next = { ...room, seq: to, time: undefined, outbox: room.outbox.filter((entry) => !isLost(entry)) };
  return append(next, { type: "gap", id: `g:${epoch}:${first}`, count: to - first + 1 });
}

function reset(room, { epoch }) {
  if (epoch === room.epoch && room.seq === 0) return room;
  const stale = room.items.length > 0;
  // It is unknown whether others have seen these.
  const undo = (entry) => (entry.state === "sent" ? { ...entry, state: "failed", error: { code: "reset" } } : entry);
  // Other messages may get the same numbers.
  const old = (item) => (epoch === room.epoch ? { ...item, id: `o:${room.counter}:${item.id}`, epoch: null } : item);
  const next = {
    ...room, epoch, stale, seq: 0, time: undefined, items: room.items.map(old), older: "start", marker: null, outbox: room.outbox.map(undo),
    // Presence counts from the beginning again, unless the list of members came from the new epoch.
    presenceVersion: room.presenceEpoch === epoch ? room.presenceVersion : null,
  };
  return stale ? append(next, { type: "reset", id: `r:${epoch}` }) : next;
}

function presenceChanged(room, event, { ids }, now) {
  const { type, user: { id, name }, presence_version: version } = event;
  if (room.presenceVersion === null) room = { ...room, presenceVersion: version - 1 };
  if (version <= room.presenceVersion || room.presenceAhead.includes(version)) return room;

  const known = room.members.get(id);
  const ahead = [...room.presenceAhead, version].sort((a, b) => a - b);
  let presenceVersion = room.presenceVersion;
  while (ahead[0] === presenceVersion + 1) presenceVersion = ahead.shift();
  const next = { ...room, presenceVersion, presenceAhead: ahead };
  // A later change of this user is known already.
  if (known?.version > version) return next;

  next.members = new Map(room.members);
  if (type === "left") {
    next.members.delete(id);
    next.typing = withoutTyping(room, id).typing;
  } else next.members.set(id, { name, version });
  next.memberCount = event.member_count ?? room.memberCount + next.members.size - room.members.size;
  const isNews = type === "renamed" || Boolean(known) === (type === "left");
  return isNews && !ids.has(id) ? noted(next, { type, id, name, oldName: event.old_name }, now) : next;
}

export const hasHole = (room) => room.presenceAhead.length > 0 || room.presenceVersion === null;

/** Several changes of members in a row are one note; short visits are left out. */
function noted(room, change, now) {
  const last = room.items.at(-1);
  if (last?.type !== "note" || now - last.time > NOTE_MS) {
    return append(room, { type: "note", id: `n:${room.counter}`, time: now, changes: [change] });
  }
  const opposite = { joined: "left", left: "joined" }[change.type];
  const others = last.changes.filter((other) => other.id !== change.id || other.type !== opposite);
  const changes = others.length < last.changes.length ? others : [...others, change];
  return { ...room, items: [...room.items.slice(0, -1), ...(changes.length ? [{ ...last, changes }] : [])] };
}

function typingWhere(room, keeps) {
  const typing = new Map([...room.typing].filter(keeps));
  return typing.size < room.typing.size ? { ...room, typing } : room;
}

const withoutTyping = (room, id) => typingWhere(room, ([other]) => other !== id);
export const typingExpired = (room, now) => typingWhere(room, ([, { until }]) => until > now);

const outboxChanged = (room, { key, change }) =>
  ({ ...room, outbox: room.outbox.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)) });

function discarded(room, { key }) {
  const outbox = room.outbox.filter((entry) => entry.key !== key);
  return outbox.length < room.outbox.length ? { ...room, outbox } : room;
}

/** The mark of new messages disappears when the reader looks away again. */
export function attended(room, isAttended) {
  if (isAttended) return room.unread ? { ...room, unread: 0, mentioned: false } : room;
  return room.marker && !room.unread ? { ...room, marker: null } : room;
}

/** The next state of a room, for each action of the page; `rare.js` adds to them. */
export const ACTIONS = {
  joining: (room) => ({ ...room, phase: "joining", error: null }),
  joined(room, { reply }) {
    const fresh = room.seq === null;
    const isEmpty = fresh && !reply.replay;
    return {
      ...membersKnown(room, { reply }),
      phase: "in",
      error: null,
      fresh,
      presenceEpoch: reply.epoch,
      epoch: fresh ? reply.epoch : room.epoch,
      // Without a replay the position is the head; otherwise a reconnect would start over.
      seq: isEmpty ? reply.seq : room.seq,
      // The time proves that the position belongs to this log, even if the log was rolled back.
      time: isEmpty ? reply.time : room.time,
      older: isEmpty ? "start" : room.older,
      replay: reply.replay,
      healing: room.healing && "answered",
    };
  },
  refused: (room, { error }) => ({ ...room, phase: "refused", error }),
  membersKnown,
  olderFailed: (room) => ({ ...room, older: "failed" }),
  queued: (room, { entry }) =>
    room.outbox.some(({ key }) => key === entry.key)
      ? room
      : { ...room, outbox: [...room.outbox, { state: "queued", ...entry, id: `k:${entry.key}` }] },
  outboxChanged,
  /** The event of the message may have come already, or may lie further back than the list shows. */
  acknowledged(room, { key, reply: { epoch, seq, time } }) {
    const isBehind = epoch === room.epoch && room.seq !== null && seq <= room.seq;
    return isBehind ? discarded(room, { key }) : outboxChanged(room, { key, change: { state: "sent", epoch, seq, time } });
  },
  discarded,
};

/** The next state of a room, for each event of the server. */
export const EVENTS = {
  message: messageCame,
  gap,
  reset,
  removed: (room, error) => ({ ...disconnected(room), phase: "refused", error }),
  joined: presenceChanged,
  left: presenceChanged,
  renamed: presenceChanged,
  presence(room, { member_count: memberCount, presence_version: presenceVersion }) {
    return presenceVersion < room.presenceVersion ? room : { ...room, memberCount, presenceVersion, presenceAhead: [] };
  },
  typing(room, { user, active }, { ids }, now) {
    if (ids.has(user.id)) return room;
    if (!active) return withoutTyping(room, user.id);
    return { ...room, typing: new Map(room.typing).set(user.id, { name: user.name, until: now + TYPING_MS }) };
  },
};
