// Suggestions for the text before the caret: a command, a member's name, an emoji.

import { COMMANDS } from "./input.js";
import { emojiNamed, findEmoji } from "./emoji.js";

const MOST = 8;
/** Hangul as it is typed: "ㅁ" and "미" begin "민아". */
const keyOf = (text) => text.normalize("NFKD").toLocaleLowerCase();

/** @returns `{start, options: [{insert, text, hint}]}` for the text before the caret; without options there are no suggestions. */
export function completionsOf(before, { names, language, commandHelp, mayModerate }) {
  const command = /^\s*\/(\S*)$/u.exec(before);
  if (command) {
    // The help has those of moderators as well.
    const known = mayModerate ? Object.keys(commandHelp) : COMMANDS;
    const found = known.filter((name) => name.startsWith(command[1].toLowerCase()));
    const options = found.map((name) => ({ insert: `/${name} `, text: `/${name}`, hint: commandHelp[name]?.join(" ").trim() }));
    return { start: before.indexOf("/"), options: command[1] && found[0] === command[1].toLowerCase() && found.length === 1 ? [] : options };
  }
  const name = /(?<![\p{L}\p{N}_@])@([^\s@]{0,32})$/u.exec(before);
  if (name) return { start: name.index, options: namesLike(name[1], names) };
  const emoji = /(?<![\p{L}\p{N}:]):([\p{L}\p{N}_+-]{2,24})(:?)$/u.exec(before);
  if (!emoji) return { start: 0, options: [] };
  const [, query, isWhole] = emoji;
  if (isWhole) {
    const sign = emojiNamed(query);
    return { start: emoji.index, options: [], replacement: sign };
  }
  const options = findEmoji(query).slice(0, MOST).map((entry) => ({ insert: entry.sign, text: `${entry.sign} :${entry[language][0]}:`, hint: "" }));
  return { start: emoji.index, options };
}

function namesLike(query, names) {
  const wanted = keyOf(query);
  const fits = (name) => [name, ...name.split(/\s+/u)].some((part) => keyOf(part).startsWith(wanted));
  const isWhole = (name) => keyOf(name) === wanted;
  const found = [...new Set(names)].filter(fits).sort((a, b) => isWhole(b) - isWhole(a)).slice(0, MOST);
  // A Korean particle follows a name directly.
  return found.map((name) => ({ insert: `@${name}${/\p{Script=Hangul}$/u.test(name) ? "" : " "}`, text: `@${name}`, hint: "" }));
}
