// Actions that few visits need. Whoever dispatches one imports this file.

import { ON_PAGE } from "./reducer.js";
import { ACTIONS, asItem } from "./room.js";

export const oldestSeq = (room) => room.items.find((item) => item.seq && item.epoch === room.epoch)?.seq ?? null;

/** Another tab has changed the text that waits to be sent. */
ON_PAGE.draftElsewhere = (state, { draft }) => ({ ...state, draft });

Object.assign(ACTIONS, {
  olderAsked: (room) => ({ ...room, older: "loading" }),
  olderCame(room, { reply: { epoch, messages, more } }) {
    const first = oldestSeq(room);
    const wanted = epoch === room.epoch ? messages.filter(({ seq }) => first === null || seq < first) : [];
    const items = wanted.map((message) => asItem(message, false));
    return { ...room, items: [...items, ...room.items], older: more && items.length > 0 ? "more" : "start" };
  },
  /** Another tab of the user has shown the room. */
  seenElsewhere(room, { seen }) {
    const isAll = seen?.epoch === room.epoch && seen.seq >= room.seq;
    return isAll && room.unread ? { ...room, unread: 0, mentioned: false, marker: null } : room;
  },
});
