// A short notice that something was done, or could not be done.

import { button, h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

/** How long it stays, in milliseconds: at least, for each character, and at most. */
const [LEAST, PER_CHARACTER, MOST] = [6_000, 70, 30_000];

let card, text, action, timer;

/** @param offer  `{text, act}`: a button; its press also closes the notice. */
export function say(root, words, offer) {
  const hide = () => (card.hidden = true);
  text ??= h("span");
  action ??= h("span");
  card ??= h("div.notice", {}, text, action, iconButton("close", t("close"), hide));
  root.append(card);
  text.textContent = words;
  action.replaceChildren(...(offer ? [button(offer.text(), "text-button", () => (hide(), offer.act()))] : []));
  card.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(hide, Math.min(MOST, Math.max(LEAST, words.length * PER_CHARACTER)));
}
