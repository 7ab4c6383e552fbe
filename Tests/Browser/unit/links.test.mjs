import assert from "node:assert/strict";
import test from "node:test";
import { splitLinks } from "../../../static/js/core/markup.js";

const hrefs = (text) => splitLinks(text).filter(({ type }) => type === "link").map(({ href }) => href);
const joined = (text) => splitLinks(text).map((piece) => piece.text).join("");

test("http and https are links, in the midst of any script", () => {
  assert.deepEqual(hrefs("보세요 https://example.com/가?q=1 그리고 http://a.b"), ["https://example.com/%EA%B0%80?q=1", "http://a.b/"]);
});

test("nothing else is", () => {
  for (const text of ["javascript:alert(1)", "JaVaScRiPt://x%0aalert(1)", "data:text/html,x", "ftp://a.b", "xhttp://", "https://", "file:///etc"]) {
    assert.deepEqual(hrefs(text), [], text);
  }
});

test("an address that disguises its host by credentials is no link", () => {
  assert.deepEqual(hrefs("https://bank.example@evil.example/"), []);
});

test("punctuation of the sentence stays outside, brackets of the address inside", () => {
  assert.deepEqual(hrefs("(see https://a.b/c_(d)), https://a.b/e."), ["https://a.b/c_(d)", "https://a.b/e"]);
  assert.deepEqual(hrefs("「https://a.b/f」。"), ["https://a.b/f"]);
});

test("markup does not become part of an address", () => {
  assert.deepEqual(hrefs('<a href="https://a.b/"onx=1>'), ["https://a.b/"]);
});

test("the pieces make up the text again", () => {
  for (const text of ["", "a", "https://a.b.", "x https://a.b y https://c.d/?, z", "https://"]) assert.equal(joined(text), text);
});
