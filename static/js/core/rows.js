// The rows of the message list.

import { namesAuthor } from "./protocol.js";

const GROUP_MS = 5 * 60_000;

const minuteOf = (time) => Math.floor(time / 60_000);
const dayOf = (time) => new Date(time).toDateString();

/** `head`: the author is shown; `minute`: the time is shown. Rows of days have `today`, because it changes their names. */
export function rowsOf({ items, outbox, marker }, me, today) {
  const rows = [];
  let day, last, headTime;

  const begin = ({ id, time }) => {
    if (dayOf(time) === day) return;
    day = dayOf(time);
    last = null;
    rows.push({ id: `d:${id}`, type: "day", item: { time }, today });
  };

  const say = (item, { id, name } = {}, type) => {
    // Programs may have one id in common, and tabs one name.
    const author = `${id} ${name}`;
    begin(item);
    const head = !last || last.author !== author || namesAuthor(item) || last.item.kind !== item.kind || item.time - headTime > GROUP_MS;
    if (head) headTime = item.time;
    const minute = head || minuteOf(item.time) !== minuteOf(last.item.time);
    rows.push({ id: item.id, type, item, head, minute, mine: id === me?.id });
    last = { author, item };
  };

  for (const item of items) {
    const isMessage = item.type === "message";
    if (marker && isMessage && item.seq > marker.seq && item.epoch === marker.epoch) {
      marker = last = null;
      rows.push({ id: "new", type: "new" });
    }
    if (isMessage) say(item, item.from, "message");
    else if (item.type !== "deletion") {
      if (item.time) begin(item);
      last = null;
      rows.push({ id: item.id, type: item.type, item });
    }
  }
  for (const item of outbox) say(item, me ?? undefined, "outgoing");
  // Notes about members alone need no date.
  return rows.some(({ type }) => type === "message" || type === "outgoing") ? rows : rows.filter(({ type }) => type !== "day");
}

const same = (a, b) => ["id", "type", "head", "minute", "mine", "today"].every((key) => a[key] === b[key]);

export const sameRow = (a, b) => same(a, b) && (a.item === b.item || (a.type === "day" && a.item.time === b.item.time));
