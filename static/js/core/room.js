// One room as this client knows it, and what each thing that happens makes of it. Every function takes a room and
// returns the next one, the same object when nothing changed.

import { mentions } from "./markup.js";

/** A typing event counts for this long without another (protocol, section 3). */
const TYPING_MS = 6_000;
/** Comings and goings within this time are one note. */
const NOTE_MS = 10 * 60_000;

export const newRoom = (name) => ({
  name,
  /** "out", "joining", "in" or "refused" (then `error` says why). */
  phase: "out",
  error: null,
  /** The position in the log: what is up to `seq` is here or was reported lost. Null: nothing came yet. */
  epoch: null,
  seq: null,
  /** Messages of the replay still to come; before them nothing is announced and nothing sent. */
  replay: 0,
  /** The replay is the first look at the room, not what was missed. */
  fresh: true,
  /** A hole that the server did not report: "asked" to resume, then "answered". */
  healing: null,
  /** Messages, gaps, resets and notes, in order. */
  items: [],
  counter: 0,
  /** What is older than `items`: "unknown", "more", "loading", "failed" or "start". */
  older: "unknown",
  members: new Map(),
  memberCount: 0,
  /** The last change of presence known without a hole; null when a new epoch made it meaningless. */
  presenceVersion: 0,
  presenceEpoch: null,
  /** Changes seen beyond one that is missing. */
  presenceAhead: [],
  /** User id to name and the time it runs out. */
  typing: new Map(),
  /** What the user sent and the log has not brought back yet. */
  outbox: [],
  unread: 0,
  mentioned: false,
  /** The position after which messages are new to the reader. */
  marker: null,
});

/** The connection is gone; position, outbox and what is on the screen stay. */
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

/** The `ok` of a `join`. */
export function joined(room, reply) {
  const fresh = room.seq === null;
  const isEmpty = fresh && !reply.replay;
  return {
    ...membersKnown(room, reply),
    phase: "in",
    error: null,
    fresh,
    presenceEpoch: reply.epoch,
    epoch: fresh ? reply.epoch : room.epoch,
    // Nothing to replay: the position is the head at once, or coming back would start over.
    seq: isEmpty ? reply.seq : room.seq,
    older: isEmpty ? "start" : room.older,
    replay: reply.replay,
    healing: room.healing && "answered",
  };
}

/** A list of members. */
export function membersKnown(room, { members, member_count: memberCount, presence_version: presenceVersion }) {
  const known = new Map(members.map(({ id, name }) => [id, { name, version: 0 }]));
  return { ...room, members: known, memberCount, presenceVersion, presenceAhead: [] };
}

/**
 * A `message` event.
 *
 * @param context `{ids, name, attended}`: the user's ids (more than one when a session was lost) and name, and whether
 *   the reader has the room before the eyes.
 */
export function messageCame(room, message, context) {
  const { epoch, seq, from } = message;
  const own = context.ids.has(from.id);
  const isFirstLook = room.fresh && room.replay > 0;
  let next = withoutTyping(own ? discarded(room, message.key) : room, from.id);
  const arrived = (changed) => heard(append(changed, asItem(message, own)), message, own || isFirstLook, context);
  if (seq === undefined) return arrived(next);

  if (next.replay > 0) next = { ...next, replay: next.replay - 1 };
  if (next.epoch !== null && epoch !== next.epoch) next = reset(next, message);
  if (next.seq !== null && seq <= next.seq) return next;
  if (next.seq !== null && seq > next.seq + 1) {
    // Never a silent hole: ask for what is missing once, and if it does not come, say so.
    if (next.healing !== "answered") return { ...next, healing: "asked" };
    next = gap(next, { epoch, from: next.seq + 1, to: seq - 1 });
  }
  if (next.seq === null) next = { ...next, epoch, older: seq > 1 ? "more" : "start" };
  return arrived(withoutStale({ ...next, seq }, message));
}

/** One's own message keeps the id of the outbox entry it was, and so its node on the page. */
function asItem({ epoch, seq, time, from, text, kind = "text", key }, own) {
  const id = own && key ? `k:${key}` : seq === undefined ? null : `m:${epoch}:${seq}`;
  return { type: "message", id, epoch, seq, time, from, text, kind, key };
}

function append(room, item) {
  const id = item.id ?? `x:${room.counter}`;
  return { ...room, counter: room.counter + 1, items: [...room.items, { ...item, id }] };
}

function heard(room, { text, epoch, seq }, isKnown, { attended, name }) {
  if (isKnown || attended) return room;
  return {
    ...room,
    unread: room.unread + 1,
    mentioned: room.mentioned || mentions(text, name),
    marker: room.unread === 0 && seq ? { epoch, seq: seq - 1 } : room.marker,
  };
}

/** A log that was rolled back brings messages again under new numbers; they are shown once, at the new place. */
function withoutStale(room, { from, time, text }) {
  const items = room.stale
    ? room.items.filter((item) => item.epoch === room.epoch || item.from?.id !== from.id || item.time !== time || item.text !== text)
    : room.items;
  return { ...room, items };
}

/** A `gap` event: these messages will never come. */
export function gap(room, { epoch, from, to }) {
  const first = Math.max(from, (room.seq ?? 0) + 1);
  if (epoch !== room.epoch || to < first) return room;
  const isLost = (entry) => entry.state === "sent" && entry.seq >= first && entry.seq <= to;
  const next = { ...room, seq: to, outbox: room.outbox.filter((entry) => !isLost(entry)) };
  return append(next, { type: "gap", id: `g:${epoch}:${first}`, count: to - first + 1 });
}

/** A `reset` event: the log began anew, and follows whole. */
export function reset(room, { epoch }) {
  if (epoch === room.epoch && room.seq === 0) return room;
  const stale = room.items.length > 0;
  // What the old log took and did not bring back: nobody can say any more whether others saw it.
  const undo = (entry) => (entry.state === "sent" ? { ...entry, state: "failed", error: { code: "reset" } } : entry);
  const next = {
    ...room, epoch, stale, seq: 0, older: "start", marker: null, outbox: room.outbox.map(undo),
    // A new epoch counts presence anew, unless the list of members was already its own.
    presenceVersion: room.presenceEpoch === epoch ? room.presenceVersion : null,
  };
  return stale ? append(next, { type: "reset", id: `r:${epoch}` }) : next;
}

/** A page of older messages. */
export function olderCame(room, { epoch, messages, more }) {
  const first = oldestSeq(room);
  const items = epoch === room.epoch
    ? messages.filter(({ seq }) => first === null || seq < first).map((message) => asItem(message, false))
    : [];
  return { ...room, items: [...items, ...room.items], older: more && items.length > 0 ? "more" : "start" };
}

export const oldestSeq = (room) => room.items.find((item) => item.seq && item.epoch === room.epoch)?.seq ?? null;

/** `joined`, `left` and `renamed`. */
export function presenceChanged(room, event, { ids }, now) {
  const { type, user: { id, name }, presence_version: version } = event;
  if (room.presenceVersion === null) room = { ...room, presenceVersion: version - 1 };
  if (version <= room.presenceVersion || room.presenceAhead.includes(version)) return room;

  const known = room.members.get(id);
  const ahead = [...room.presenceAhead, version].sort((a, b) => a - b);
  let presenceVersion = room.presenceVersion;
  while (ahead[0] === presenceVersion + 1) presenceVersion = ahead.shift();
  const next = { ...room, presenceVersion, presenceAhead: ahead };
  // A change that comes late says nothing about a user of whom something later is known.
  if (known?.version > version) return next;

  next.members = new Map(room.members);
  if (type === "left") {
    next.members.delete(id);
    next.typing = withoutTyping(room, id).typing;
  } else {
    next.members.set(id, { name, version });
  }
  next.memberCount = event.member_count ?? room.memberCount + next.members.size - room.members.size;
  const isNews = type === "renamed" || Boolean(known) === (type === "left");
  return isNews && !ids.has(id) ? noted(next, { type, id, name, oldName: event.old_name }, now) : next;
}

/** `presence`: only how many, in a room too large for names. */
export function presenceCounted(room, { member_count: memberCount, presence_version: presenceVersion }) {
  return presenceVersion < room.presenceVersion ? room : { ...room, memberCount, presenceVersion, presenceAhead: [] };
}

/** Comings and goings in a row are one line, in which a short visit is not named at all. */
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

export function typingChanged(room, { user, active }, { ids }, now) {
  if (ids.has(user.id)) return room;
  if (!active) return withoutTyping(room, user.id);
  return { ...room, typing: new Map(room.typing).set(user.id, { name: user.name, until: now + TYPING_MS }) };
}

const withoutTyping = (room, id) => (room.typing.has(id) ? typingWhere(room, ([other]) => other !== id) : room);

export const typingExpired = (room, now) =>
  [...room.typing.values()].some(({ until }) => until <= now) ? typingWhere(room, ([, { until }]) => until > now) : room;

const typingWhere = (room, keeps) => ({ ...room, typing: new Map([...room.typing].filter(keeps)) });

/** A message enters the outbox, once. */
export const queued = (room, entry) =>
  room.outbox.some(({ key }) => key === entry.key)
    ? room
    : { ...room, outbox: [...room.outbox, { state: "queued", ...entry, id: `k:${entry.key}` }] };

export const outboxChanged = (room, key, change) =>
  ({ ...room, outbox: room.outbox.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)) });

export const discarded = (room, key) =>
  room.outbox.some((entry) => entry.key === key) ? { ...room, outbox: room.outbox.filter((entry) => entry.key !== key) } : room;

/** The `ok` of a `send`: stored. Its event may have come before, come next, or lie further back than what is shown. */
export function acknowledged(room, key, { epoch, seq, time }) {
  const isBehind = epoch === room.epoch && room.seq !== null && seq <= room.seq;
  return isBehind ? discarded(room, key) : outboxChanged(room, key, { state: "sent", epoch, seq, time });
}

/** The reader looks at the room, or no longer does: then the mark of what was new has served. */
export function attended(room, isAttended) {
  if (isAttended) return room.unread ? { ...room, unread: 0, mentioned: false } : room;
  return room.marker && !room.unread ? { ...room, marker: null } : room;
}
