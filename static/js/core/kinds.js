// How a message of each kind (protocol, section 2) reads as a line of text. A first visit does without it.

const KINDS = {
  __proto__: null,
  text: (name, text) => `${name}: ${text}`,
  action: (name, text) => `* ${name} ${text}`,
  deleted: (name, text) => `${name}: ${text}`,
  deletion: (_, text) => `* ${text}`,
};

/** A kind of a newer server reads as its text. */
export const lineOf = ({ kind }, name, text) => (KINDS[kind] ?? KINDS.text)(name, text);
