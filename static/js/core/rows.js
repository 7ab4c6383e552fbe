// What stands in the message list, in order: days, messages grouped by author and minute, notes, the "new" mark, and
// what is still to be sent.

/** After this long an author is named again even if nobody else spoke. */
const GROUP_MS = 5 * 60_000;

const minuteOf = (time) => Math.floor(time / 60_000);

/**
 * @returns {{id: string, type: string, item?: object, head?: boolean, minute?: boolean, mine?: boolean}[]}
 *   `head`: the author's name stands above it. `minute`: its time is shown beside it.
 */
export function rowsOf({ items, outbox, marker }, me) {
  const rows = [];
  let day, last, headTime;

  const say = (item, { id, name } = {}, type) => {
    // Programs that came by HTTP may share an id, and two tabs a name.
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

/** Whether two rows look the same, so that the node of the first can stay. */
export const sameRow = (a, b) => ["id", "type", "item", "head", "minute", "mine"].every((key) => a[key] === b[key]);
