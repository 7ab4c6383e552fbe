// What a message is (protocol, section 4): how each kind reads as a line of text.

export const KINDS = {
  __proto__: null,
  text: (name, text) => `${name}: ${text}`,
  action: (name, text) => `* ${name} ${text}`,
};

/** A message as one line; a kind of a newer server reads as its text. */
export const asLine = (kind, name, text) => (KINDS[kind] ?? KINDS.text)(name, text);
