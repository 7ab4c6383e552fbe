// What can be done with a message by pointer and keyboard: copy it; walk through the messages.

import { copyText, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

const SHOW_MS = 1_000;

/** @param list  The message list. @param first  The event with which the pointer or the focus came to it. */
export function attend(list, first) {
  if (list.isAttended) return;
  list.isAttended = true;
  // One button for all rows: ten thousand would be in everybody's way.
  const copy = iconButton("copy", t("copyMessage"), () => copyRow(copy.parentElement), "copy");
  copy.tabIndex = -1;

  async function copyRow(row) {
    const isDone = await copyText(list.messageOf(row).text);
    copy.classList.toggle("done", isDone);
    row.classList.toggle("copied", isDone);
    setTimeout(() => {
      copy.classList.remove("done");
      row.classList.remove("copied");
    }, SHOW_MS);
  }

  function pointed({ target, pointerType }) {
    const row = target.closest(".message");
    if (row && pointerType === "mouse" && copy.parentElement !== row) row.append(copy);
  }
  list.rows.addEventListener("pointerover", pointed);
  if (first.type === "pointerover") pointed(first);

  const messages = () => [...list.rows.querySelectorAll(".message")];

  /** Where a key leads from a row, or from the list itself: then to the last that is in sight. */
  function next(key, row) {
    const all = messages();
    const at = all.indexOf(row);
    if (key === "Home") return all[0];
    if (key === "End") return all.at(-1);
    if (at < 0) return all.findLast((node) => node.getBoundingClientRect().top < list.scroller.getBoundingClientRect().bottom);
    return all[at + (key === "ArrowUp" ? -1 : 1)];
  }

  list.scroller.addEventListener("keydown", (event) => {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    const row = target.closest(".message");
    if (altKey || (target !== list.scroller && target !== row)) return;
    if (["ArrowUp", "ArrowDown", "Home", "End"].includes(key) && !ctrlKey && !metaKey) {
      event.preventDefault();
      const node = next(key, row);
      if (!node) return;
      node.tabIndex = -1;
      node.focus({ preventScroll: true });
      node.scrollIntoView({ block: "nearest" });
      if (key === "End") list.toEnd();
    } else if (key === "c" && row && getSelection().isCollapsed) copyRow(row);
  });
}
