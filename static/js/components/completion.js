// The list of suggestions above the field. The arrows with Enter or Tab choose one, and so does a press; Escape closes it.

import { completionsOf } from "../core/complete.js";
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { language } from "../i18n/language.js";
import { insertText } from "./insert-text.js";

export function makeCompletion(root, field, app, store) {
  const list = h("ul.completion", { id: "completion", role: "listbox", "aria-label": t("suggestions"), hidden: true });
  const heard = h("span.visually-hidden", { role: "status" });
  root.prepend(list, heard);
  let start = 0;
  let options = [];
  let chosen = 0;
  let dismissed = null;
  const completion = { isOpen: false, offer, press, enter, close };
  field.setAttribute("aria-autocomplete", "list");
  field.addEventListener("blur", close);
  return completion;

  function context() {
    const { rooms, current, me } = store.state;
    const { members = new Map(), items = [] } = rooms.get(current) ?? {};
    const speakers = items.slice(-200).reverse().filter(({ from }) => from).map(({ from }) => from.name);
    const others = [...speakers, ...Array.from(members.values(), ({ name }) => name)].filter((name) => name !== me?.name);
    return { names: [...others, me?.name ?? ""], language, commandHelp: t("commandList"), mayModerate: app.mayModerate?.(current) };
  }

  function offer() {
    const caret = field.selectionStart;
    const before = field.value.slice(0, caret);
    const found = caret === field.selectionEnd ? completionsOf(before, context()) : { options: [] };
    if (found.replacement) return insertText(field, found.start, caret, found.replacement);
    // A list that Escape has closed stays closed for this word.
    if (dismissed !== null && found.start !== dismissed) dismissed = null;
    if (found.options.length === 0 || dismissed !== null) return close();
    const isSame = found.options.map(({ text }) => text).join() === options.map(({ text }) => text).join();
    ({ start, options } = found);
    if (completion.isOpen && isSame) return;
    chosen = 0;
    completion.isOpen = true;
    list.hidden = false;
    list.replaceChildren(...options.map(({ text, hint }, index) => h("li", {
      id: `completion-${index}`, role: "option",
      // The field keeps the focus.
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => accept(index),
    }, h("bdi", {}, text), hint && h("small", {}, hint))));
    field.setAttribute("aria-controls", "completion");
    choose(0);
    heard.textContent = t("suggested", options.length);
  }

  function choose(index) {
    chosen = (index + options.length) % options.length;
    [...list.children].forEach((node, at) => node.setAttribute("aria-selected", at === chosen));
    list.children[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", `completion-${chosen}`);
  }

  /** Enter comes through `enter`, once the composer knows that it is not part of a composition. */
  function press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Tab" && !event.shiftKey) accept();
    else if (event.key === "Escape") {
      dismissed = start;
      close();
    } else return;
    event.preventDefault();
  }

  /** @returns whether Enter took the suggestion: whoever has typed the whole of it means to send. */
  function enter() {
    if (!completion.isOpen) return false;
    const isTyped = field.value.slice(start, field.selectionStart) === options[chosen].text;
    if (isTyped) close();
    else accept();
    return !isTyped;
  }

  function accept(index = chosen) {
    const { insert } = options[index];
    const caret = field.selectionStart;
    close();
    insertText(field, start, caret, insert);
  }

  function close() {
    completion.isOpen = false;
    options = [];
    list.hidden = true;
    heard.textContent = "";
    field.removeAttribute("aria-activedescendant");
    field.removeAttribute("aria-controls");
  }
}
