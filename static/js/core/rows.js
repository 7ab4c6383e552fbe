// The rows of the message list.

const GROUP_MS = 5 * 60_000;

const minuteOf = (time) => Math.floor(time / 60_000);

/** `head`: the author is named; `minute`: the time is shown. */
export function rowsOf({ items, outbox, marker }, me) {
  const rows = [];
  let day, last, headTime;

  const say = (item, { id, name } = {}, type) => {
    // Programs may share an id, and tabs a name.
    const author = `${id} ${name}`;
    const date = new Date(item.time).toDateString();
    if (date !== day) {
      day = date;
      last = null;
      rows.push({ id: `d:${item.id}`, type: "day", item: item.time });
    }
    const head = !last || last.author !== author || item.kind === "action" || last.item.kind !== item.kind || item.time - headTime > GROUP_MS;
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
    else {
      last = null;
      rows.push({ id: item.id, type: item.type, item });
    }
  }
  for (const item of outbox) say(item, me ?? undefined, "outgoing");
  return rows;
}

export const sameRow = (a, b) => ["id", "type", "item", "head", "minute", "mine"].every((key) => a[key] === b[key]);
