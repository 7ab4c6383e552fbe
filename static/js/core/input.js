// What was typed: said, or a command (Tests/Vectors/commands.json). What a command does is in components/commands.js.

/** The commands of the page, in the order of the help. */
export const COMMANDS = ["me", "nick", "who", "rooms", "search", "join", "switch", "leave", "help"];

/** Without blank lines before it and white space behind it. */
export function trimmed(text) {
  const first = text.search(/\S/);
  return first < 0 ? "" : text.slice(text.lastIndexOf("\n", first) + 1).trimEnd();
}

/** `is`: "nothing", "say" with a `text`, "command" with a `name` and an `argument`, or "unknown" with a `name`: never said. */
export function inputOf(raw) {
  const line = raw.trim();
  if (!line) return { is: "nothing" };
  if (line.startsWith("//")) return { is: "say", text: line.slice(1) };
  if (!line.startsWith("/")) return { is: "say", text: trimmed(raw) };
  const [head] = /^\S+/u.exec(line);
  const name = head.slice(1).toLowerCase();
  return COMMANDS.includes(name) ? { is: "command", name, argument: line.slice(head.length).trim() } : { is: "unknown", name };
}
