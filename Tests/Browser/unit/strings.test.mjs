import assert from "node:assert/strict";
import test from "node:test";
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
  assert.equal(en.gap(1), "1 message is no longer available");
  assert.equal(en.gap(12), "12 messages are no longer available");
  assert.equal(en.online(1200), "1,200 members");
  assert.equal(ko.online(3), "참여자 3명");
});
