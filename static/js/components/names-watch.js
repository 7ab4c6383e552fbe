// Looks for names in the room that may look alike. Where there are none, the code that takes a closer look is not fetched.

/** Of so many names, some may. */
const MANY_NAMES = 300;

/** Equal for names in ASCII that look alike. */
const roughly = (name) => name.toLowerCase().replace(/ +/g, " ").replace(/[i1|]|0|rn|vv/g, (sign) => ({ 0: "o", rn: "m", vv: "w" })[sign] ?? "l");

/** @returns whether a name that is noted may be mistaken for one noted before, or has letters that may be. */
export function makeNotes() {
  const ids = new Map();
  return ({ id, name }) => {
    const key = roughly(name);
    const other = ids.get(key) ?? id;
    ids.set(key, id);
    return other !== id || ids.size > MANY_NAMES || /[^ -~]/.test(name);
  };
}

export function watchNames(store) {
  const rooms = new Map();
  let marks, room;
  store.subscribe(({ rooms: all, current }) => {
    const next = all.get(current);
    if (marks || !next || next === room) return;
    const isOther = next.name !== room?.name;
    const seen = isOther ? 0 : next.items.lastIndexOf(room.items.at(-1)) + 1;
    const notes = rooms.get(current) ?? rooms.set(current, makeNotes()).get(current);
    const people = isOther || next.members !== room.members ? Array.from(next.members, ([id, { name }]) => ({ id, name })) : [];
    for (const { from } of next.items.slice(seen)) if (from) people.push(from);
    room = next;
    if (people.filter(notes).length) marks = import("./marks.js").then((more) => more.mountMarks(store), () => (marks = null));
  });
}
