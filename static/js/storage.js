// Values that outlive the page, where the browser allows it.

const PREFIX = "chat.";

function attempt(work, otherwise) {
  try {
    return work() ?? otherwise;
  } catch {
    return otherwise;
  }
}

export const read = (key) => attempt(() => localStorage.getItem(PREFIX + key), null);
export const readJSON = (key, otherwise) => attempt(() => JSON.parse(read(key)), otherwise);
/** @returns whether it is kept; the browser may have no space left. */
export const write = (key, value) =>
  attempt(() => (value ? localStorage.setItem(PREFIX + key, value) : localStorage.removeItem(PREFIX + key), true), false);
export const writeJSON = (key, value) => write(key, JSON.stringify(value));
export const keys = (prefix) =>
  attempt(() => Object.keys(localStorage), []).filter((key) => key.startsWith(PREFIX + prefix)).map((key) => key.slice(PREFIX.length));

/** Calls `heed(key, value, old)` for each change by another tab; a tab does not hear its own. */
export const follow = (heed) =>
  addEventListener("storage", ({ key, newValue, oldValue }) => key?.startsWith(PREFIX) && heed(key.slice(PREFIX.length), newValue, oldValue));
