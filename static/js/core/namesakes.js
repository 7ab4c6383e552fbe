// Marks beside names that are not unique in a room: the end of the user's id.

import { skeletonOf } from "./lookalikes.js";

const SHOWN = 4;
/** Ids that programs have in common; they are marks as a whole. */
const SHARED = ["anonymous", "redis"];

const known = new Map();
const MOST_KNOWN = 2_000;

function keyOf(name) {
  if (!known.has(name)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, skeletonOf(name));
  }
  return known.get(name);
}

/** The people of a room by what their names look like. `mine` are ids of the reader, who is one person. */
export function makeNamesakes(mine = new Set()) {
  /** For each skeleton, the ids under each end of an id. */
  const holders = new Map();
  return { add, markOf };

  function add({ id, name }) {
    const key = keyOf(name);
    const ends = holders.get(key) ?? holders.set(key, new Map()).get(key);
    const ids = ends.get(endOf(id)) ?? ends.set(endOf(id), new Set()).get(endOf(id));
    ids.add(id);
  }

  /** Empty for a name that nobody else has. */
  function markOf({ id, name }) {
    const key = keyOf(name);
    const ends = holders.get(key) ?? new Map();
    const others = [...ends.values()].some((ids) => [...ids].some((other) => other !== id && !(mine.has(other) && mine.has(id))));
    if (!others && !ENDS_LIKE_A_MARK.test(key)) return "";
    return ends.get(endOf(id))?.size > 1 ? id : endOf(id);
  }
}

/** Whoever takes a name with the mark of somebody else gets one as well. */
const ENDS_LIKE_A_MARK = /\u00b7[\p{L}\p{N}]{4,}$/u;
export const endOf = (id) => (SHARED.includes(id) ? id : id.slice(-SHOWN));
