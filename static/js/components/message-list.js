// The messages of a room. Nodes of unchanged rows stay, and the reader keeps the place.

import { button, h, icon } from "../dom.js";
import { rowsOf, sameRow } from "../core/rows.js";
import { errorText, t, withMore } from "../i18n/index.js";
import { rowNode } from "./message-row.js";

const END_PX = 48;
const BEGINNING_PX = 400;
/** How many items have nodes while the reader is at the end: ten thousand would be slow. */
const SHOWN = 200;

export function mountMessageList(root, app, store, goToRoom) {
  const nodes = new Map();
  const places = new Map();
  /** The oldest item that has a node; null: all items have one. */
  let first = null;
  let room, me, today, isComing;
  let isAtEnd = true;
  let missed = 0;

  const older = h("div.older");
  const rows = h("ol.rows");
  const empty = h("div.empty");
  const scroller = h("div.scroller", { tabIndex: 0, role: "region", "aria-label": t("messages") }, older, rows, empty);
  const pillText = h("span");
  const pill = h("button.pill", { type: "button", onclick: toEnd }, icon("down"), pillText);
  root.append(scroller, pill);
  scroller.addEventListener("scroll", () => {
    measure();
    renderPill();
    if (room && scroller.scrollTop < BEGINNING_PX) extend();
  });
  const messageOf = (node) => nodes.get(node.dataset.id)?.row.item;
  const list = { app, rows, scroller, messageOf, me: () => me, room: () => room, toEnd };
  // Imports need not end in the order in which they began; the events keep theirs.
  const early = [];
  const attend = async (event) => {
    if (list.heed) return;
    early.push(event);
    (await withMore(import("./message-actions.js")).catch(() => null))?.attend(list, early.splice(0));
  };
  for (const type of ["pointerover", "focusin"]) scroller.addEventListener(type, attend);
  // The user may select everything without touching the list.
  addEventListener("keydown", (event) => (event.ctrlKey || event.metaKey) && attend(event));
  // A print has all loaded messages.
  addEventListener("beforeprint", renderAll);
  const observer = new ResizeObserver(() => isAtEnd && jumpToEnd());
  observer.observe(rows);
  observer.observe(scroller);
  store.subscribe(render);
  return { toEnd, reveal };

  function toEnd() {
    isAtEnd = true;
    jumpToEnd();
    renderPill();
  }

  function render({ rooms, current, me: user, ids, today: day }) {
    const next = rooms.get(current);
    if (next === room && user === me && day === today && empty.dataset.wanted) return;
    const before = room?.name === next?.name ? room : null;
    if (!before && room) places.set(room.name, isAtEnd ? null : anchor());
    if (!before || user !== me) {
      nodes.clear();
      rows.replaceChildren();
    }
    if (!before) first = firstToShow(next);
    room = next;
    me = user;
    today = day;
    const place = isAtEnd ? null : anchor();
    const list = renderRows();
    renderOlder();
    renderEmpty(list);
    rows.ariaBusy = Boolean(room?.replay);
    // The reader arrives only when all missed messages are here.
    isComing = !before?.items.length || (isComing && before.replay);
    // In an empty room there is no place to keep, and looking for one would force an early layout.
    if (!room?.items.length) isAtEnd = true;
    else if (isComing) comeBack();
    else if (isAtEnd) jumpToEnd();
    else {
      restore(place);
      const last = room.items.indexOf(before.items.at(-1));
      if (last >= 0) missed += room.items.slice(last + 1).filter(({ from }) => from && !ids.has(from.id)).length;
    }
    renderPill();
    // A list that does not fill the window cannot be scrolled, so it asks for more by itself.
    if (room?.items.length && scroller.scrollHeight <= scroller.clientHeight + BEGINNING_PX) extend();
  }

  function shown(items) {
    let start = first ? items.indexOf(first) : 0;
    if (start < 0 || (isAtEnd && items.length - start > 2 * SHOWN)) {
      start = Math.max(0, items.length - SHOWN);
      first = start > 0 ? items[start] : null;
    }
    return items.slice(start);
  }

  function extend() {
    const start = room.items.indexOf(first);
    // The new messages may be here but not shown yet: they will push the beginning away.
    if (start <= 0) return room.replay > 0 || app.loadOlder(room.name);
    first = start > SHOWN ? room.items[start - SHOWN] : null;
    const place = anchor();
    renderRows();
    restore(place);
  }

  /** Makes every row again. */
  function renderAgain() {
    const place = isAtEnd ? null : anchor();
    for (const known of nodes.values()) known.row = {};
    renderRows();
    if (place) restore(place);
    else jumpToEnd();
  }

  function renderAll() {
    first = null;
    isAtEnd = false;
    renderRows();
  }

  /** @returns the node of an item, which it gets now, with the items around it. */
  function reveal(id) {
    const at = room?.items.findIndex((item) => item.id === id) ?? -1;
    if (at < 0) return;
    isAtEnd = false;
    const start = Math.max(0, at - SHOWN / 4);
    if (!nodes.has(id)) first = start > 0 ? room.items[start] : null;
    renderRows();
    return nodes.get(id).node;
  }

  function renderRows() {
    const list = room ? rowsOf({ ...room, items: shown(room.items) }, me, today) : [];
    reconcile(list);
    return list;
  }

  function reconcile(list) {
    const ids = new Set(list.map(({ id }) => id));
    for (const [id, { node }] of nodes) {
      if (ids.has(id)) continue;
      node.remove();
      nodes.delete(id);
    }
    const name = room?.name;
    const actions = {
      me: me ?? { id: "", name: app.name },
      retry: (key) => app.retry(name, key),
      discard: (key) => app.discard(name, key),
      again: renderAgain,
    };
    let next = rows.firstElementChild;
    for (const row of list) {
      const known = nodes.get(row.id);
      let node = known?.node;
      if (!known || !sameRow(known.row, row)) {
        node = rowNode(row, actions);
        if (next && next === known?.node) next = node;
        known?.node.replaceWith(node);
        nodes.set(row.id, { row, node });
      }
      if (node === next) next = next.nextElementSibling;
      else rows.insertBefore(node, next);
    }
  }

  function offset(node) {
    return node.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  }

  function anchor() {
    const { top } = scroller.getBoundingClientRect();
    const node = [...rows.children].find((row) => row.dataset.id && row.getBoundingClientRect().bottom > top);
    return node && { id: node.dataset.id, offset: offset(node) };
  }

  function restore(place) {
    const node = nodes.get(place?.id)?.node;
    if (node) scroller.scrollTop += offset(node) - place.offset;
  }

  /** Scrolls to the first new message, or else to the reader's place, or else to the end. */
  function comeBack() {
    toEnd();
    const mark = nodes.get("new")?.node;
    if (mark && offset(mark) < 0) {
      scroller.scrollTop += offset(mark) - scroller.clientHeight / 4;
      missed = room.items.filter(({ epoch, seq }) => epoch === room.marker.epoch && seq > room.marker.seq).length;
    } else if (!mark) restore(places.get(room?.name));
    measure();
  }

  function measure() {
    isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < END_PX;
  }

  function jumpToEnd() {
    scroller.scrollTop = scroller.scrollHeight;
  }

  function renderPill() {
    if (isAtEnd) missed = 0;
    pill.hidden = isAtEnd;
    pillText.textContent = missed ? t("newMessages", missed) : t("toNewest");
  }

  function renderOlder() {
    const state = room?.items.length ? room.older : "";
    if (!isNewState(older, `${state} ${room?.name}`)) return;
    older.replaceChildren(...({
      loading: [h("span.spinner"), t("loadingOlder")],
      start: [t("beginning", room?.name)],
      failed: [button(t("olderFailed"), "text-button", () => app.loadOlder(room.name))],
    }[state] ?? []));
  }

  function renderEmpty(list) {
    const isQuiet = list.every(({ type }) => type === "note");
    const state = !room ? "none" : room.phase === "refused" ? "refused" : !isQuiet ? "busy" : room.seq === null ? "joining" : "quiet";
    if (!isNewState(empty, `${state} ${room?.name}`)) return;
    empty.hidden = state === "busy";
    const words = {
      refused: [t("refused", room?.name), errorText(room?.error?.code, room?.error)],
      quiet: [t("empty", room?.name), t("emptyText")],
      joining: [t("joining")],
    }[state];
    const sign = state === "joining" ? h("span.spinner") : h("div.sign", { "aria-hidden": "true" }, state === "refused" ? "!" : "#");
    empty.replaceChildren(sign, ...(words ? [h("h3", {}, words[0]), h("p", {}, words[1])] : []));
    if (state === "none" && app.name) showLobby();
    // The words for the reason are fetched, because few visits need them.
    if (state === "refused" && !t("errors")) withMore().then(() => (empty.dataset.wanted = "") || renderEmpty(list), () => {});
  }

  async function showLobby() {
    const { lobby } = await withMore(import("./live-rooms.js"));
    if (!room) empty.append(...lobby(goToRoom));
  }
}

function isNewState(node, wanted) {
  const isNew = node.dataset.wanted !== wanted;
  node.dataset.wanted = wanted;
  return isNew;
}

function firstToShow({ items = [], marker } = {}) {
  const news = marker ? items.findIndex(({ epoch, seq }) => epoch === marker.epoch && seq > marker.seq) : -1;
  const start = Math.min(items.length - SHOWN, news < 0 ? Infinity : news - SHOWN / 4);
  return start > 0 ? items[start] : null;
}
