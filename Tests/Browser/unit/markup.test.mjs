import assert from "node:assert/strict";
import test from "node:test";
import { inlineNodesOf, nodesOf } from "../../../static/js/core/markup.js";
import { mentions } from "../../../static/js/core/names.js";
import { hostileTexts, vectors } from "./vectors.mjs";

/** As the vectors write them. */
function written(nodes) {
  return nodes.map((node) => {
    const { type, text, children, items } = node;
    if (type === "text") return text;
    const item = (of) => (of.number ? { [of.number]: written(of.children) } : of.isDeep ? { deep: written(of.children) } : written(of.children));
    return { [type]: items ? items.map(item) : children ? written(children) : text };
  });
}

const flat = (nodes) => nodes.flatMap((node) => [node, ...flat(node.children ?? node.items ?? [])]);
const linksOf = (text) => flat(nodesOf(text)).filter(({ type }) => type === "link").map(({ text: shown, href }) => ({ text: shown, href }));

for (const { text, links } of vectors("links")) test(`links of ${JSON.stringify(text)}`, () => assert.deepEqual(linksOf(text), links));

for (const { text, reader, nodes } of vectors("markup")) {
  test(`markup of ${JSON.stringify(text)}`, () => assert.deepEqual(written(nodesOf(text, reader)), nodes));
}

test("a mention is a whole name", () => {
  assert.ok(mentions("@민아가 왔다", "민아"));
  assert.ok(mentions("hi @mina.", "Mina"));
  assert.ok(!mentions("@minah a@mina mina", "Mina"));
  assert.ok(!mentions("@", ""));
});

test("a part of a sentence has no blocks", () => {
  assert.deepEqual(written(inlineNodesOf("- waves **twice**")), ["- waves ", { bold: ["twice"] }]);
});

test("without blocks the nodes make up the text again, but for the signs of what is formatted", () => {
  for (const text of ["", "a", "https://a.b.", "x https://a.b y https://c.d/?, z", "https://", "a * b ** c"]) {
    assert.equal(flat(nodesOf(text)).map((node) => node.text ?? "").join(""), text);
  }
});

test("what is formatted in one message has a bound, and nothing of its text is lost", () => {
  const text = "**a** ".repeat(1300);
  const nodes = nodesOf(text);
  assert.ok(flat(nodes).length < 1000);
  assert.equal(flat(nodes).map((node) => node.text ?? "").join("").replaceAll("*", ""), text.replaceAll("*", ""));
});

/** Milliseconds of the processor, of the best of some tries: a busy neighbour is not the text's fault. */
function bestOf(tries, work) {
  let best = Infinity;
  for (let count = 0; count < tries && best >= 5; count += 1) {
    const start = process.cpuUsage();
    work();
    best = Math.min(best, process.cpuUsage(start).user / 1000);
  }
  return best;
}

test("no text of 8,192 bytes takes 5 ms or nests deeply", () => {
  const texts = hostileTexts();
  assert.ok(texts.length > 100);
  for (const text of texts) {
    for (const name of ["Mina", "@".repeat(32), "가*".repeat(16)]) {
      for (const look of [mentions, nodesOf]) {
        const time = bestOf(50, () => look(text, name));
        assert.ok(time < 5, `${look.name}: ${time} ms: ${JSON.stringify(text.slice(0, 60))}`);
      }
    }
    assert.ok(flat(nodesOf(text, "Mina")).length < 1000, JSON.stringify(text.slice(0, 60)));
  }
});
