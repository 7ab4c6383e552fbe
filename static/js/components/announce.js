// Lets a screen reader read messages; of a burst it reads only the number.

import { lineOf } from "../core/kinds.js";
import { labels } from "../core/names.js";
import { h } from "../dom.js";
import { t } from "../i18n/index.js";

const KEEP_MS = 10_000;
/** Messages that come within this time after one was read are read together. */
const BURST_MS = 2_000;
const MOST_LINES = 3;
/** Nobody wants to hear a whole page of the log; it can be read in the list. */
const MOST_CHARACTERS = 500;

let waiting = [];
let timer;

export function announce(root, news) {
  waiting.push(...news);
  if (!timer && waiting.length) read(root);
}

function read(root) {
  const lines = waiting.length > MOST_LINES ? [t("newMessages", waiting.length)] : waiting.map((item) => lineOf(item, labels.of(item.from), item.text.slice(0, MOST_CHARACTERS)));
  timer = waiting.length ? setTimeout(read, BURST_MS, root) : undefined;
  waiting = [];
  for (const words of lines) {
    const line = h("p", {}, words);
    root.append(line);
    setTimeout(() => line.remove(), KEEP_MS);
  }
}
