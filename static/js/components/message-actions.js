// Actions on messages by pointer and keyboard: copy one or several, move through the list, and for moderators delete one.

import { lineOf as asLine } from "../core/kinds.js";
import { labels } from "../core/names.js";
import { copyText, iconButton } from "../dom.js";
import { t, withMore } from "../i18n/index.js";

const SHOW_MS = 1_000;
const COPY = "M9 9h10v11H9zM15 9V4H5v11h4";

/** @param list  The message list. @param events  Those with which the pointer or the focus came to it before this code was here. */
export function attend(list, events) {
  if (!list.heed) mount(list);
  events.forEach(list.heed);
}

function mount(list) {
  // One button for all rows: ten thousand buttons would be slow.
  const copy = iconButton(COPY, t("copyMessage"), () => copyRow(copy.parentElement), "copy");
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

  let at, focused, asked;
  list.heed = ({ type, target, pointerType }) => {
    const row = target.closest?.(".message");
    if (type === "focusin") focused = row;
    if (type === "pointerover" && row) at = row;
    if (pointerType === "mouse" && row && copy.parentElement !== row) row.append(copy);
    moderated(row, "offer");
  };
  for (const type of ["pointerover", "focusin"]) list.rows.addEventListener(type, list.heed);

  // A row that is made again, such as that of a message that was deleted, keeps the focus and the buttons.
  new MutationObserver(() => {
    if (at && !at.isConnected && (at = again(at))) {
      if (copy.parentElement && !copy.isConnected) at.append(copy);
      moderated(at, "offer");
    }
    if (focused && !focused.isConnected && document.activeElement === document.body && (focused = again(focused))) focus(focused);
  }).observe(list.rows, { childList: true });

  function again(row) {
    return row.isConnected ? row : messages().find(({ dataset }) => dataset.id === row.dataset.id);
  }

  function focus(row) {
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  }

  /** The code for moderators is fetched for them alone. The right may come with a later token, and differs from room to room. */
  async function moderated(row, act) {
    if (!row || !list.app.mayModerate?.(list.room()?.name)) return;
    asked = row;
    const deletion = await withMore(import("./deletion.js")).catch(() => null);
    const now = again(row);
    // The pointer may have gone on while the code came.
    if (now && asked === row) deletion?.[act](list, now);
  }

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
      focus(node);
      node.scrollIntoView({ block: "nearest" });
      if (key === "End") list.toEnd();
    } else if (key === "c" && row && getSelection().isCollapsed) copyRow(row);
    else if (key === "Delete") moderated(row, "askOf");
  });
}
