// A picker of emoji, by pointer, keyboard or name.

import { emojiGroups, findEmoji } from "../core/emoji.js";
import { button, h } from "../dom.js";
import { t } from "../i18n/index.js";
import { language } from "../i18n/language.js";
import { insertText } from "./insert-text.js";

let picker;

export function pickEmoji(root, opener, field) {
  picker ??= make(root, opener, field);
  picker.open();
}

function make(root, opener, field) {
  let caret = [0, 0];
  const query = h("input", { type: "search", placeholder: t("findEmoji"), "aria-label": t("findEmoji"), oninput: render });
  const signs = h("div.signs");
  const panel = h("div.picker", { popover: "auto", role: "dialog", "aria-label": t("emoji") }, query, signs);
  root.append(panel);
  panel.addEventListener("keydown", walk);
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState === "closed" && panel.contains(document.activeElement)) opener.focus();
  });
  return { open };

  function open() {
    caret = [field.selectionStart, field.selectionEnd];
    query.value = "";
    render();
    panel.showPopover();
    query.focus();
  }

  function sign(entry) {
    const node = button(entry.sign, "sign-button", () => {
      panel.hidePopover();
      insertText(field, ...caret, entry.sign);
    });
    node.ariaLabel = node.title = entry[language][0].replaceAll("_", " ");
    node.tabIndex = -1;
    return node;
  }

  function render() {
    const words = query.value.trim();
    const grid = (entries, label) => h("div.grid", { role: "group", "aria-label": label }, ...entries.map(sign));
    const found = words && findEmoji(words);
    signs.replaceChildren(...(found
      ? [found.length ? grid(found, t("emoji")) : h("p.hint", { role: "status" }, t("noneFound"))]
      : Object.entries(emojiGroups).flatMap(([name, entries]) => [h("h2", {}, t("emojiGroups")[name]), grid(entries, t("emojiGroups")[name])])));
    const first = signs.querySelector("button");
    if (first) first.tabIndex = 0;
  }

  /** The arrows move between the signs as they are laid out; Enter in the field takes the first one. */
  function walk(event) {
    const all = [...signs.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === query) {
      event.preventDefault();
      if (query.value.trim()) all[0]?.click();
      return;
    }
    if (at < 0 && event.key !== "ArrowDown") return;
    const next = at < 0 ? all[0] : { ArrowRight: all[at + 1], ArrowLeft: all[at - 1] ?? query, ArrowDown: beside(all, at, 1), ArrowUp: beside(all, at, -1) ?? query }[event.key];
    if (!next) return;
    event.preventDefault();
    for (const node of all) node.tabIndex = node === next || (next === query && node === all[0]) ? 0 : -1;
    next.focus();
  }
}

/** The nearest sign in the next or previous row. */
function beside(all, at, direction) {
  const { left, top } = all[at].getBoundingClientRect();
  const rows = all.map((node) => ({ node, box: node.getBoundingClientRect() })).filter(({ box }) => (box.top - top) * direction > 4);
  const nearest = Math.min(...rows.map(({ box }) => Math.abs(box.top - top)));
  const row = rows.filter(({ box }) => Math.abs(Math.abs(box.top - top) - nearest) < 4);
  return row.sort((a, b) => Math.abs(a.box.left - left) - Math.abs(b.box.left - left))[0]?.node;
}
