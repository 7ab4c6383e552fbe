// Actions on messages by pointer and keyboard: copy one or several, and move through the list.

import { lineOf as asLine } from "../core/kinds.js";
import { labels } from "../core/names.js";
import { copyText, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

const SHOW_MS = 1_000;

/** @param list  The message list. @param first  The event with which the pointer or the focus came to it. */
export function attend(list, first) {
  if (list.isAttended) return;
  list.isAttended = true;
  // One button for all rows: ten thousand buttons would be slow.
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

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0) : null;
    if (!range || event.target.closest?.("input, textarea")) return;
    const picked = messages().filter((row) => range.intersectsNode(row.querySelector(".text")));
    if (picked.length < 2) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", picked.map((row) => lineOf(row, range)).join("\n"));
  });

  /** `[12:14] Mina: text`; of the first and the last message only the selected part. */
  function lineOf(row, range) {
    const item = list.messageOf(row);
    const { time, text, from = list.me() } = item;
    const node = row.querySelector(".text");
    const part = document.createRange();
    part.selectNodeContents(node);
    const isWhole = range.comparePoint(node, 0) === 0 && range.comparePoint(node, node.childNodes.length) === 0;
    if (node.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
    if (node.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    const [hours, minutes] = [new Date(time).getHours(), new Date(time).getMinutes()].map((number) => String(number).padStart(2, "0"));
    const said = isWhole ? text : part.toString();
    return `[${hours}:${minutes}] ${asLine(item, labels.of(from), said)}`;
  }

  const messages = () => [...list.rows.querySelectorAll(".message")];

  /** The row to which a key leads from a row; from the list itself it is the last visible one. */
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
