// A short word: something was done, or could not be.

import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

const SHOW_MS = 6_000;

let card, text, timer;

export function say(root, words) {
  const hide = () => (card.hidden = true);
  text ??= h("span");
  card ??= h("div.notice", {}, text, iconButton("close", t("close"), hide));
  root.append(card);
  text.textContent = words;
  card.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(hide, SHOW_MS);
}
