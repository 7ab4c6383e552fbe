// Tells a message from a command (Tests/Vectors/commands.json). components/commands.js carries commands out.

/** The commands of the page, in the order of the help. */
export const COMMANDS = ["me", "nick", "who", "rooms", "search", "join", "switch", "leave", "help"];

/** Commands that say something, and the kinds of their messages. */
const SAYING = { __proto__: null, me: "action" };

/** Removes blank lines before a text and white space behind it. */
export function trimmed(text) {
  const first = text.search(/\S/);
  return first < 0 ? "" : text.slice(text.lastIndexOf("\n", first) + 1).trimEnd();
}

/** `is`: "nothing", "say" with a `text`, "command" with a `name` and an `argument`, or "unknown" with both, which is never sent. */
export function inputOf(raw) {
  const line = raw.trim();
  if (!line) return { is: "nothing" };
  if (line.startsWith("//")) return { is: "say", text: line.slice(1) };
  if (!line.startsWith("/")) return { is: "say", text: trimmed(raw) };
  const [head] = /^\S+/u.exec(line);
  const name = head.slice(1).toLowerCase();
  return { is: COMMANDS.includes(name) ? "command" : "unknown", name, argument: line.slice(head.length).trim() };
}

/** What a line says in the room: `{kind, text}`; null for a command that says nothing. */
export function messageOf({ is, name, text, argument }) {
  if (is === "say") return { kind: "text", text };
  return argument && SAYING[name] ? { kind: SAYING[name], text: argument } : null;
}
