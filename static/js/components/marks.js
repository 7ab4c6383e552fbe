// Marks beside names that are not unique in the room: in the list of messages, in that of members, and in texts.

import { labels } from "../core/names.js";
import { makeNamesakes } from "../core/namesakes.js";
import { withMore } from "../i18n/index.js";
import { section } from "../overlays.js";

/** Who spoke before these messages, and is gone, is mistaken for nobody. */
const LOOKED_AT = 500;

export function mountMarks(store) {
  const parts = [section("messages"), section("members")];
  let room, namesakes;
  // The style.
  withMore().catch(() => {});
  labels.of = (user) => {
    const mark = namesakes.markOf(user);
    return mark ? `${user.name}·${mark}` : user.name;
  };
  const observer = new MutationObserver(mark);
  for (const part of parts) observer.observe(part, { childList: true, subtree: true });
  store.subscribe(({ rooms, current, ids }) => {
    const next = rooms.get(current);
    if (namesakes && next?.members === room?.members && next?.items === room?.items) return;
    room = next;
    namesakes = makeNamesakes(ids);
    for (const [id, { name }] of room?.members ?? []) namesakes.add({ id, name });
    for (const { from } of room?.items.slice(-LOOKED_AT) ?? []) if (from) namesakes.add(from);
    mark();
  });

  function mark() {
    for (const part of parts) {
      for (const node of part.querySelectorAll("[data-user]")) {
        const mark = namesakes.markOf({ id: node.dataset.user, name: node.textContent });
        if ((node.dataset.mark ?? "") === mark) continue;
        if (mark) node.dataset.mark = mark;
        else delete node.dataset.mark;
      }
    }
  }
}
