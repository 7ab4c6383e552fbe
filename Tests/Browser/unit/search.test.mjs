import assert from "node:assert/strict";
import test from "node:test";
import { found, snippet } from "../../../static/js/core/search.js";

const said = (text, name = "Jonas") => ({ type: "message", text, from: { name } });

test("words are found in any case and normal form, in texts and names, the newest first", () => {
  const items = [said("Deploy at three"), said("배포는 3시"), said("deploy again"), { type: "note" }, said("x", "민아")];
  assert.deepEqual(found(items, "DEPLOY").map(({ text }) => text), ["deploy again", "Deploy at three"]);
  assert.deepEqual(found(items, "배포".normalize("NFD")).map(({ text }) => text), ["배포는 3시"]);
  assert.deepEqual(found(items, "민아").map(({ text }) => text), ["x"]);
  assert.deepEqual(found(items, "  "), []);
});

test("a long text is shown around what was found", () => {
  const { before, hit, after } = snippet(`${"a ".repeat(500)}Needle${" b".repeat(500)}`, "needle");
  assert.equal(hit, "Needle");
  assert.ok(before.startsWith("…") && before.length < 100 && after.endsWith("…") && after.length < 300);
});
