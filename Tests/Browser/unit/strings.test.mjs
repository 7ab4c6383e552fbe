import assert from "node:assert/strict";
import test from "node:test";
import fs from "node:fs";
import { withParticle } from "../../../static/js/i18n/particles.js";
import { vectors } from "./vectors.mjs";
import en from "../../../static/js/i18n/en.js";
import enMore from "../../../static/js/i18n/en-more.js";
import ko from "../../../static/js/i18n/ko.js";
import koMore from "../../../static/js/i18n/ko-more.js";
import enStatus from "../../../static/js/status/en.js";
import koStatus from "../../../static/js/status/ko.js";

function shape(value) {
  if (Array.isArray(value)) return value.length;
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shape(entry)]));
  }
  return typeof value;
}

for (const [name, korean, english] of [["page", ko, en], ["dialogs", koMore, enMore], ["status", koStatus, enStatus]]) {
  test(`both languages have the same strings of the same kinds: ${name}`, () => assert.deepEqual(shape(korean), shape(english)));
}

test("counted things have the forms of their language", () => {
  assert.equal(enMore.gap(1), "1 message is no longer available");
  assert.equal(enMore.gap(12), "12 messages are no longer available");
  assert.equal(en.online(1200), "1,200 members");
  assert.equal(ko.online(3), "참여자 3명");
});

for (const { word, pair, is } of vectors("particles")) {
  test(`${word} with ${pair} is ${is}`, () => assert.equal(withParticle(word, pair), is));
}

test("names in Korean stand with commas between them, the rest of them as well", async () => {
  globalThis.document = { documentElement: { lang: "ko" } };
  const { list } = await import("../../../static/js/i18n/list.js");
  delete globalThis.document;
  assert.equal(koMore.joined(list(["민아", "준", koMore.others(3)])), "민아, 준, 다른 3명 들어옴");
});

/** All sentences of a language; those that are made, made of names. */
function sentences(value) {
  if (typeof value === "string") return [value];
  if (typeof value === "function") return [value === ko.typing || value === en.typing ? value(["민아"]) : String(value("3", "3"))];
  return Object.values(value).flatMap(sentences);
}

test("a Korean session has no English sentence, and no particle in brackets", () => {
  for (const text of [ko, koMore, koStatus].flatMap(sentences)) {
    assert.doesNotMatch(text, /\([으이]\)|[을를은는이가]\([를을는은가이]\)/u);
    assert.doesNotMatch(text.replace(/\/\w+|#\w+/gu, ""), /[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}/u, text);
  }
});

test("each error of the protocol has its words", () => {
  const protocol = fs.readFileSync(new URL("../../../docs/PROTOCOL.md", import.meta.url), "utf8");
  const table = protocol.split("## 6 Error codes")[1].split("## 7")[0];
  const codes = [...table.matchAll(/^\|(.*?)\|/gmu)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/gu)].map(([, code]) => code));
  assert.ok(codes.length > 10);
  for (const code of codes) assert.ok(code in enMore.errors && code in koMore.errors, code);
});
