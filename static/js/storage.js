// What outlives the page, where the browser lets it.

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
export const write = (key, value) =>
  attempt(() => (value ? localStorage.setItem(PREFIX + key, value) : localStorage.removeItem(PREFIX + key)));
export const writeJSON = (key, value) => write(key, JSON.stringify(value));
export const keys = (prefix) =>
  attempt(() => Object.keys(localStorage), []).filter((key) => key.startsWith(PREFIX + prefix)).map((key) => key.slice(PREFIX.length));
