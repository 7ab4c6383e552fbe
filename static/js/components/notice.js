// A short word at the edge of the page: something was done, or could not be.

import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

const SHOW_MS = 6_000;

/** @returns {(text: string) => void} says something. */
export function mountNotice(root, store) {
  let timer, shown;
  const text = h("span");
  const hide = () => (card.hidden = true);
  const card = h("div", { class: "notice", hidden: true }, text, iconButton("close", t("close"), hide));
  root.append(card);
  const say = (words) => {
    text.textContent = words;
    card.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(hide, SHOW_MS);
  };
  store.subscribe(({ notice }) => {
    if (notice && notice !== shown) say(t("errors")[notice.code] ?? notice.message);
    shown = notice;
  });
  return say;
}
