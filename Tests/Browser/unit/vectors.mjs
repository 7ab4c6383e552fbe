// Tests/Vectors, which all programs share, and texts that were made to take long.

import fs from "node:fs";

export const vectors = (name) => JSON.parse(fs.readFileSync(new URL(`../../Vectors/${name}.json`, import.meta.url), "utf8"));

const BYTES = 8192;
const SIGNS = ["https://a", "https://", "www.", "www.a.b", ")", "(", "[", "」", "「", "'", "`", "```", "``", "*", "**", "***", "@", "@Mina", "@@", ">", "> ", "- ", "1. ", "\n",
  " ", "a", "가", "를", ".", ",", "_", ":", "%", "#", "?", "@a.b/", "\u0301", "\u202e", "\u200b", "👨‍👩‍👧", "\ud800", "<", '"', "。", "を"];

/** Up to 8,192 bytes of `text` again and again, behind `head`. */
const fill = (head, text, tail = "") => {
  const room = BYTES - Buffer.byteLength(head) - Buffer.byteLength(tail);
  return head + text.repeat(Math.max(0, Math.floor(room / Buffer.byteLength(text)))) + tail;
};

/** The same texts each time: each sign alone, after an address, and mixed by a small generator. */
export function hostileTexts() {
  const texts = SIGNS.flatMap((sign) => [fill("", sign), fill("https://a", sign), fill("", `${sign} `), fill("", `${sign}\n`)]);
  let seed = 7;
  const random = (most) => (seed = (seed * 1103515245 + 12345) % 2147483648) % most;
  for (let count = 0; count < 120; count += 1) {
    const unit = Array.from({ length: 2 + random(5) }, () => SIGNS[random(SIGNS.length)]).join("");
    texts.push(fill(SIGNS[random(SIGNS.length)], unit, SIGNS[random(SIGNS.length)]));
  }
  return texts;
}
