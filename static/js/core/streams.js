// The stream of events in place of a WebSocket (protocol, section 8): its address, its text, and which of its events are news.

/** The events whose text is whole, and the rest of the text. */
export function eventsOf(text) {
  const blocks = text.split("\n\n");
  const rest = blocks.pop();
  const data = (block) => block.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
  return { events: blocks.map(data).filter(Boolean), rest };
}

const eventID = ({ epoch, seq, time }) => [epoch, seq, ...(time === undefined ? [] : [time])].join("-");

/** @param rooms  of a client: for each name its `place`, or the `history` to begin with. @returns the parameters of a stream. */
export function parametersOf({ name }, rooms) {
  const fields = new URLSearchParams();
  if (name) fields.append("name", name);
  let history = 0;
  for (const [room, known] of rooms) {
    fields.append("room", room);
    if (known.place) fields.append("after", eventID(known.place));
    else history = Math.max(history, known.history ?? 0);
  }
  if (history) fields.append("history", history);
  return fields.toString();
}

/** Where a client stands after an event; null for one that it has got already, by another stream. */
export function placeAfter(place, { type, epoch, seq, time, to }) {
  const reached = type === "gap" ? { epoch, seq: to } : type === "reset" ? { epoch, seq: 0 } : { epoch, seq, time };
  if (!["message", "gap", "reset"].includes(type) || epoch === undefined) return place;
  const isOld = type !== "reset" && place?.epoch === epoch && reached.seq <= place.seq;
  return isOld ? null : reached;
}

/** Where a client stands whose join was answered: before what is replayed. */
export const placeOfJoin = ({ epoch, seq, time, replay }) => (replay ? { epoch, seq: seq - replay } : { epoch, seq, time });

/** The messages of a page, without the texts that these entries have taken away. */
export const withDeletions = (messages, entries) =>
  messages.map((message) => {
    const isDeleted = entries.some(({ room, epoch, of }) => room === message.room && epoch === message.epoch && of === message.seq);
    return isDeleted ? { ...message, kind: "deleted", text: "" } : message;
  });
