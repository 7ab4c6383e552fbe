// The messages of the room before the eyes: keeps the nodes of what did not change, the newest message in sight while
// the reader is at the end, and the reader's place otherwise.

import { button, copyText, h, icon, iconButton } from "../dom.js";
import { rowsOf, sameRow } from "../core/rows.js";
import { t } from "../i18n/index.js";
import { rowNode } from "./message-row.js";

/** So near to the end counts as there, so near to the beginning asks for more. */
const END_PX = 48;
const BEGINNING_PX = 400;
/** So many items have nodes while the reader is at the end: ten thousand would make every frame late. */
const SHOWN = 200;

export class MessageList {
  #app;
  #room;
  #me;
  #nodes = new Map();
  #isAtEnd = true;
  #missed = 0;
  #places = new Map();
  /** The oldest item that has a node; null for the oldest there is. */
  #first = null;

  constructor(root, app, store) {
    this.#app = app;
    this.older = h("div", { class: "older" });
    this.rows = h("ol", { class: "rows" });
    this.empty = h("div", { class: "empty" });
    this.scroller = h("div", { class: "scroller", tabIndex: 0, role: "region", "aria-label": t("messages") }, this.older, this.rows, this.empty);
    this.pillText = h("span");
    this.pill = h("button", { type: "button", class: "pill", onclick: () => this.toEnd() }, icon("down"), this.pillText);
    root.append(this.scroller, this.pill);
    this.scroller.addEventListener("scroll", () => this.#scrolled());

    // One button for all rows: ten thousand would be in everybody's way.
    this.copy = iconButton("copy", t("copyMessage"), () => this.#copy(), "copy");
    this.rows.addEventListener("pointerover", ({ target, pointerType }) => {
      const row = target.closest(".message");
      if (row && pointerType === "mouse" && this.copy.parentElement !== row) row.append(this.copy);
    });

    // Whatever changes the size of the list or of its window: a late font, a phone's keyboard.
    const observer = new ResizeObserver(() => this.#isAtEnd && this.#jumpToEnd());
    observer.observe(this.rows);
    observer.observe(this.scroller);
    store.subscribe((state) => this.#render(state));
  }

  toEnd() {
    this.#isAtEnd = true;
    this.#jumpToEnd();
    this.#renderPill();
  }

  #render({ rooms, current, me, ids }) {
    const room = rooms.get(current);
    if (room === this.#room && me === this.#me && this.empty.dataset.wanted) return;
    const before = this.#room?.name === room?.name ? this.#room : null;
    if (!before && this.#room) this.#places.set(this.#room.name, this.#isAtEnd ? null : this.#anchor());
    if (!before || me !== this.#me) {
      this.#nodes.clear();
      this.rows.replaceChildren();
    }
    if (!before) this.#first = firstToShow(room);
    this.#room = room;
    this.#me = me;
    const anchor = this.#isAtEnd ? null : this.#anchor();
    const rows = room ? rowsOf({ ...room, items: this.#shown(room.items) }, me) : [];
    this.#reconcile(rows);
    this.#renderOlder(room);
    this.#renderEmpty(room, rows);
    this.rows.setAttribute("aria-busy", String(Boolean(room?.replay)));
    if (!before) this.#return(room);
    else if (this.#isAtEnd) this.#jumpToEnd();
    else {
      this.#restore(anchor);
      const last = room.items.indexOf(before.items.at(-1));
      if (last >= 0) this.#missed += room.items.slice(last + 1).filter(({ from }) => from && !ids.has(from.id)).length;
    }
    this.#renderPill();
    // A first page that does not fill the window cannot be scrolled to ask for more.
    if (room && this.scroller.scrollHeight <= this.scroller.clientHeight + BEGINNING_PX) this.#extend();
  }

  #shown(items) {
    let start = this.#first ? items.indexOf(this.#first) : 0;
    if (start < 0 || (this.#isAtEnd && items.length - start > 2 * SHOWN)) {
      start = Math.max(0, items.length - SHOWN);
      this.#first = start > 0 ? items[start] : null;
    }
    return items.slice(start);
  }

  /** More above what is shown: of what is here, or from the server. */
  #extend() {
    const { items, name } = this.#room;
    const start = items.indexOf(this.#first);
    if (start <= 0) return this.#app.loadOlder(name);
    this.#first = start > SHOWN ? items[start - SHOWN] : null;
    const anchor = this.#anchor();
    this.#reconcile(rowsOf({ ...this.#room, items: this.#shown(items) }, this.#me));
    this.#restore(anchor);
  }

  #reconcile(rows) {
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, { node }] of this.#nodes) {
      if (ids.has(id)) continue;
      node.remove();
      this.#nodes.delete(id);
    }
    const name = this.#room?.name;
    const actions = {
      me: this.#me ?? { id: "", name: this.#app.name },
      retry: (key) => this.#app.retry(name, key),
      discard: (key) => this.#app.discard(name, key),
    };
    let next = this.rows.firstElementChild;
    for (const row of rows) {
      const known = this.#nodes.get(row.id);
      let node = known?.node;
      if (!known || !sameRow(known.row, row)) {
        node = rowNode(row, actions);
        if (next && next === known?.node) next = node;
        known?.node.replaceWith(node);
        this.#nodes.set(row.id, { row, node });
      }
      if (node === next) next = next.nextElementSibling;
      else this.rows.insertBefore(node, next);
    }
  }

  #offset(node) {
    return node.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
  }

  /** The first row in sight and where it stands, to find it there again after older rows came above. */
  #anchor() {
    const { top } = this.scroller.getBoundingClientRect();
    const node = [...this.rows.children].find((row) => row.dataset.id && row.getBoundingClientRect().bottom > top);
    return node && { id: node.dataset.id, offset: this.#offset(node) };
  }

  #restore(anchor) {
    const node = this.#nodes.get(anchor?.id)?.node;
    if (node) this.scroller.scrollTop += this.#offset(node) - anchor.offset;
  }

  /** To what is new in the room, or to where the reader was, or to the end. */
  #return(room) {
    this.toEnd();
    const mark = this.#nodes.get("new")?.node;
    if (mark && this.#offset(mark) < 0) this.scroller.scrollTop += this.#offset(mark) - this.scroller.clientHeight / 4;
    else if (!mark) this.#restore(this.#places.get(room?.name));
    this.#measure();
  }

  #scrolled() {
    this.#measure();
    this.#renderPill();
    if (this.#room && this.scroller.scrollTop < BEGINNING_PX) this.#extend();
  }

  #measure() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < END_PX;
  }

  #jumpToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #renderPill() {
    if (this.#isAtEnd) this.#missed = 0;
    this.pill.hidden = this.#isAtEnd;
    this.pillText.textContent = this.#missed ? t("newMessages", this.#missed) : t("toNewest");
  }

  #renderOlder(room) {
    const state = room?.items.length ? room.older : "";
    if (this.older.dataset.state === `${state} ${room?.name}`) return;
    this.older.dataset.state = `${state} ${room?.name}`;
    this.older.replaceChildren(...({
      loading: [h("span", { class: "spinner" }), t("loadingOlder")],
      start: [t("beginning", room?.name)],
      failed: [button(t("olderFailed"), "text-button", () => this.#app.loadOlder(room.name))],
    }[state] ?? []));
  }

  #renderEmpty(room, rows) {
    const isQuiet = rows.every(({ type }) => type === "note");
    const state = !room ? "none" : room.phase === "refused" ? "refused" : !isQuiet ? "busy" : room.seq === null ? "joining" : "quiet";
    const wanted = `${state} ${room?.name}`;
    if (this.empty.dataset.wanted === wanted) return;
    this.empty.dataset.wanted = wanted;
    this.empty.hidden = state === "busy";
    const [title, text] = {
      none: [t("noRoom"), t("noRoomText")],
      refused: [t("refused", room?.name), t("errors")[room?.error?.code] ?? room?.error?.message],
      quiet: [t("empty", room?.name), t("emptyText")],
      joining: [t("joining")],
    }[state] ?? [];
    const sign = state === "joining" ? h("span", { class: "spinner" }) : h("div", { class: "sign", "aria-hidden": "true" }, state === "refused" ? "!" : "#");
    this.empty.replaceChildren(sign, h("h3", {}, title), h("p", {}, text));
  }

  async #copy() {
    const { row } = this.#nodes.get(this.copy.parentElement.dataset.id);
    this.copy.classList.toggle("done", await copyText(row.item.text));
    setTimeout(() => this.copy.classList.remove("done"), 1_000);
  }
}

/** All that is new in a room is shown when one comes to it, and some of what was before. */
function firstToShow({ items = [], marker } = {}) {
  const news = marker ? items.findIndex(({ epoch, seq }) => epoch === marker.epoch && seq > marker.seq) : -1;
  const start = Math.min(items.length - SHOWN, news < 0 ? Infinity : news - SHOWN / 4);
  return start > 0 ? items[start] : null;
}
