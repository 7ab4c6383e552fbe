// The kinds of messages (protocol, section 2), and the line of text for each.

/** By kind: the message as a line of text, and whether the name stands in it and not above it. */
const KINDS = {
  __proto__: null,
  text: { line: (name, text) => `${name}: ${text}` },
  action: { line: (name, text) => `* ${name} ${text}`, namesAuthor: true },
};

/** A kind of a newer server is shown as its text. */
export const kindOf = ({ kind }) => KINDS[kind] ?? KINDS.text;
