// Finds the messages that a screen reader should read: each new one once, no replays, and none of the user's own.

export function mountAnnouncer(root, store) {
  let before;
  store.subscribe(({ rooms, current, ids }) => {
    const room = rooms.get(current);
    const isLive = room && room.name === before?.name && before.phase === "in" && !room.replay && !before.replay;
    const last = isLive ? room.items.lastIndexOf(before.items.at(-1)) : -1;
    const isKnown = isLive && room.items !== before.items && (last >= 0 || before.items.length === 0);
    before = room;
    const news = isKnown ? room.items.slice(last + 1).filter(({ from }) => from && !ids.has(from.id)) : [];
    if (news.length) import("./announce.js").then((more) => more.announce(root, news), () => {});
  });
}
