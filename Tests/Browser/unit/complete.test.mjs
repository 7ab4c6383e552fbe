import assert from "node:assert/strict";
import test from "node:test";
import { RULINGS } from "../../../static/js/core/targets.js";
import { completionsOf } from "../../../static/js/core/complete.js";
import { emojiGroups, emojiNamed, findEmoji } from "../../../static/js/core/emoji.js";
import { COMMANDS } from "../../../static/js/core/input.js";
import en from "../../../static/js/i18n/en-more.js";
import ko from "../../../static/js/i18n/ko-more.js";

const context = { names: ["Mina Kim", "민아", "하준", "민아", "mino"], language: "en", commandHelp: en.commandList };
const offered = (before) => completionsOf(before, context).options.map(({ text }) => text);
const inserted = (before) => completionsOf(before, context).options.map(({ insert }) => insert);

test("a name is offered by how it or a word of it begins, each once", () => {
  assert.deepEqual(offered("hi @mi"), ["@Mina Kim", "@mino"]);
  assert.deepEqual(offered("@kim"), ["@Mina Kim"]);
  assert.deepEqual(offered("@"), ["@Mina Kim", "@민아", "@하준", "@mino"]);
  assert.deepEqual(offered("mail@mi"), []);
});

test("a name that is typed to its end comes first", () => {
  const known = { ...context, names: ["Minami", "mina", "Minalee"] };
  assert.deepEqual(completionsOf("@Mina", known).options.map(({ text }) => text), ["@mina", "@Minami", "@Minalee"]);
});

test("Hangul is found while it is typed", () => {
  for (const typed of ["ㅁ", "미", "민", "민ㅇ", "민아"]) assert.deepEqual(offered(`@${typed}`), ["@민아"], typed);
});

test("behind a name stands a space, where no particle follows it directly", () => {
  assert.deepEqual(inserted("@하"), ["@하준"]);
  assert.deepEqual(inserted("@mino"), ["@mino "]);
});

test("commands are offered at the beginning alone, and what is whole is not", () => {
  assert.deepEqual(offered("/"), COMMANDS.map((name) => `/${name}`));
  assert.deepEqual(offered("/j"), ["/join"]);
  assert.deepEqual(offered("/join"), []);
  assert.deepEqual(offered("a /j"), []);
  assert.deepEqual(offered("/join "), []);
});

test("moderators are offered their commands as well", () => {
  const seen = (before) => completionsOf(before, { ...context, mayModerate: true }).options.map(({ text }) => text);
  assert.deepEqual(seen("/"), [...COMMANDS, ...RULINGS].map((name) => `/${name}`));
  assert.deepEqual([seen("/del"), offered("/del")], [["/delete"], []]);
});

test("each command has its help in both languages, and no other has", () => {
  for (const { commandList } of [en, ko]) assert.deepEqual(Object.keys(commandList), [...COMMANDS, ...RULINGS]);
});

test("emoji are found by their names in both languages, exact names first", () => {
  assert.equal(findEmoji("heart")[0].sign, "❤️");
  assert.equal(findEmoji("하트")[0].sign, "❤️");
  assert.deepEqual(findEmoji("nosuchthing"), []);
  assert.equal(emojiNamed("로켓"), "🚀");
  assert.equal(completionsOf("go :rocket:", context).replacement, "🚀");
  assert.equal(completionsOf("10:30:", context).replacement, undefined);
});

test("no two emoji have the same name, and each sign is one character", () => {
  const all = Object.values(emojiGroups).flat();
  assert.ok(all.length > 250);
  const names = all.flatMap(({ en: english, ko: korean }) => [...english, ...korean]);
  assert.equal(new Set(names).size, names.length);
  for (const { sign } of all) assert.equal([...new Intl.Segmenter().segment(sign)].length, 1, sign);
});
