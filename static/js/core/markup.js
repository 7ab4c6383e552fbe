// Reads a small part of Markdown, links and mentions into nodes, from which the page makes DOM nodes; none
// is ever HTML. It is one pass without recursion, so the cost grows with the length alone (Tests/Vectors/markup.json).

import { linkAt } from "./links.js";
import { endOfMention } from "./names.js";

/** The number of nodes of a message that are formatted: ten thousand would be slow. The rest is plain. */
const MAX_NODES = 200;
const INFO = /[\w+-]{0,20}\n/y;
const ITEM = /^( {0,8})(?:[-*•]|(\d{1,3})[.)]) (?=\S)/u;
const SIGNS = /`|\*+|@|https?:\/\/|www\./gi;

const FINDERS = {
  "`"(text, index) {
    const close = text.indexOf("`", index + 1);
    if (close <= index + 1) return { end: index + 1 };
    const code = text.slice(index + 1, close);
    return !code.includes("\n") ? { type: "code", text: code, end: close + 1 } : { end: index + 1 };
  },
  "@"(text, index, name) {
    const end = endOfMention(text, index, name);
    return end > 0 ? { type: "mention", text: text.slice(index, end), end } : { end: index + 1 };
  },
  "*"(text, index, _, { length: size }) {
    const [before, after] = [text[index - 1] ?? " ", text[index + size] ?? " "];
    const opens = !/[A-Za-z0-9_]/.test(before) && !/[\s)\]},.!?:;]/.test(after);
    const closes = !/[\s([{]/.test(before) && !/[A-Za-z0-9_]/.test(after);
    return { type: size < 4 && (opens || closes) ? "stars" : undefined, text: text.slice(index, index + size), size, opens, closes, end: index + size };
  },
};

/** Divides a text into code, links, mentions, stars and the text between them. */
function tokensOf(text, name, budget) {
  const tokens = [];
  let [end, at, lineEnd] = [0, 0, text.indexOf("\n")];
  while (budget.left > 0) {
    SIGNS.lastIndex = at;
    const match = SIGNS.exec(text);
    if (!match) break;
    const [found] = match;
    const { index } = match;
    const token = FINDERS[found[0]]?.(text, index, name, found) ?? { type: "link", ...linkAt(text, index) };
    at = token.end;
    if (token.text === undefined || !token.type) continue;
    if (index > end) tokens.push({ type: "text", text: text.slice(end, index) });
    if (token.type !== "stars") budget.left -= 1;
    else {
      if (lineEnd >= 0 && lineEnd < index) lineEnd = text.indexOf("\n", index);
      token.lineEnd = lineEnd;
    }
    tokens.push(token);
    end = at;
  }
  if (end < text.length) tokens.push({ type: "text", text: text.slice(end) });
  return tokens;
}

/** Finds the stars that belong together: within a line, and never crossing. */
function pairStars(tokens, budget) {
  let open = [];
  for (const token of tokens) {
    if (token.type !== "stars") continue;
    if (open.at(-1)?.lineEnd !== token.lineEnd) open = [];
    const at = token.closes ? open.findLastIndex(({ size }) => size === token.size) : -1;
    if (at >= 0 && budget.left > 0) {
      budget.left -= 1;
      open[at].begins = token.ends = true;
      open.length = at;
    } else if (token.opens) open = [...open.filter(({ size }) => size !== token.size), token];
  }
}

const EMPHASIS = [, ["italic"], ["bold"], ["bold", "italic"]];

/** Inline nodes: text, code, link, mention, and bold and italic, which have `children`. */
function inlineNodes(text, name, budget) {
  const tokens = tokensOf(text, name, budget);
  pairStars(tokens, budget);
  const levels = [[]];
  for (const token of tokens) {
    const nodes = levels.at(-1);
    if (token.begins) {
      for (const type of EMPHASIS[token.size]) {
        const node = { type, children: [] };
        levels.at(-1).push(node);
        levels.push(node.children);
      }
    } else if (token.ends) levels.length -= EMPHASIS[token.size].length;
    else if (token.type !== "text" && token.type !== "stars") nodes.push(token);
    else if (nodes.at(-1)?.type === "text") nodes.at(-1).text += token.text;
    else nodes.push({ type: "text", text: token.text });
  }
  return levels[0];
}

/** The kind of a line, and its text. */
function lineOf(line, isInQuote) {
  if ((line.startsWith("> ") && line.length > 2) || (isInQuote && line === ">")) return { kind: "quote", text: line.slice(2) };
  const [marker, indent, number] = ITEM.exec(line) ?? [];
  if (marker === undefined) return { kind: "plain", text: line };
  return { kind: number ? "ordered" : "bullets", text: line.slice(marker.length), number: Number(number), isDeep: indent.length > 1 };
}

/** Quotes, lists and the text between them. */
function addLines(nodes, lines, name, budget) {
  let group;
  const close = () => {
    if (!group) return;
    const { kind, all } = group;
    const inline = (text) => inlineNodes(text, name, budget);
    if (kind === "plain") nodes.push(...inline(all.map(({ text }) => text).join("\n")));
    else if (kind === "quote") nodes.push({ type: "quote", children: inline(all.map(({ text }) => text).join("\n")) });
    else nodes.push({ type: kind, items: all.map(({ text, ...item }) => ({ ...item, children: inline(text) })) });
  };
  for (const text of lines) {
    const line = budget.left > 0 ? lineOf(text, group?.kind === "quote") : { kind: "plain", text };
    if (line.kind !== group?.kind) {
      close();
      group = { kind: line.kind, all: [] };
      if (line.kind === "quote") budget.left -= 1;
    }
    if (line.number !== undefined) budget.left -= 1;
    group.all.push(line);
  }
  close();
}

/** @param name  The name of the reader, whose mentions are marked. */
export function nodesOf(text, name) {
  const budget = { left: MAX_NODES };
  const nodes = [];
  let [start, from] = [0, 0];
  const addText = (to) => {
    const lines = text.slice(start, to).split("\n");
    // The line breaks before and after a block belong to it.
    if (start > 0 && lines[0] === "") lines.shift();
    if (to < text.length && lines.at(-1) === "") lines.pop();
    addLines(nodes, lines, name, budget);
  };
  while (budget.left > 0) {
    const open = text.indexOf("```", from);
    if (open < 0) break;
    INFO.lastIndex = open + 3;
    const body = INFO.test(text) ? INFO.lastIndex : open + 3;
    const close = text.indexOf("```", body);
    if (close < 0) break;
    from = close;
    if (close === body) continue;
    addText(open);
    nodes.push({ type: "pre", text: text.slice(body, close).replace(/\n$/, "") });
    budget.left -= 1;
    start = from = close + 3;
  }
  addText(text.length);
  return nodes;
}

/** For a text that is part of a sentence. */
export const inlineNodesOf = (text, name) => inlineNodes(text, name, { left: MAX_NODES });
