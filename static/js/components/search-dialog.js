// Searches the messages of a room: first the loaded ones, then those on the server, page by page.

import { button, h } from "../dom.js";
import { dates, fullDate, t } from "../i18n/index.js";
import { labels } from "../core/names.js";
import { found, snippet } from "../core/search.js";
import { dialog } from "./dialogs.js";

const MOST = 100;
const dayAndTime = dates({ month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });

export function search(app, store, messages, words) {
  const name = store.state.current;
  let isLooking = true;
  const input = h("input", { id: "search-words", type: "search", value: words, autocomplete: "off", "aria-describedby": "search-count", oninput: render });
  const count = h("p.hint", { id: "search-count", role: "status" });
  const results = h("ol.results", { "aria-label": t("searchResults") });
  const node = dialog(
    t("searchIn", name),
    { className: "wide", onsubmit: () => results.querySelector("button")?.click() ?? false },
    h("div.field", {}, h("label", { htmlFor: "search-words" }, t("searchWords")), input, count),
    results,
  );
  node.addEventListener("keydown", walk);
  input.focus();
  render();
  loadAll();

  /** Older pages come into the list of messages as if the user had scrolled to them. */
  async function loadAll() {
    while (node.isConnected && ["more", "failed", "loading"].includes(room()?.older)) {
      const before = room();
      await app.loadOlder(name);
      // Without a connection no page comes.
      if (room() === before || room()?.older === "failed") break;
      render();
    }
    isLooking = false;
    render();
  }

  function room() {
    return store.state.rooms.get(name);
  }

  function render() {
    const all = found(room()?.items ?? [], input.value);
    const total = t("found", all.length);
    count.textContent = !input.value.trim() ? "" : isLooking ? `${total} ${t("stillSearching")}` : room()?.older !== "start" ? `${total} ${t("searchIncomplete")}` : total;
    // A list with the focus on it stays as it is.
    if (results.contains(document.activeElement)) return;
    results.replaceChildren(...all.slice(0, MOST).map(result));
  }

  function result(item) {
    const { before, hit, after } = snippet(item.text, input.value);
    const go = button("", "result", () => {
      node.close();
      show(messages.reveal(item.id));
    });
    go.append(h("span.meta", {}, h("bdi.name", {}, labels.of(item.from)), h("time", { class: "time", title: fullDate(item.time) }, dayAndTime().format(item.time))),
      h("span.text", { dir: "auto" }, before, h("mark", {}, hit), after));
    return h("li", {}, go);
  }

  /** In the middle of the window, and with the focus. */
  function show(row) {
    if (!row) return;
    row.querySelector('.fold[aria-expanded="false"]')?.click();
    row.tabIndex = -1;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
    // The list notices where it is, also when it did not have to move.
    row.closest(".scroller").dispatchEvent(new Event("scroll"));
  }

  function walk(event) {
    // By itself, Escape would only empty the search field.
    if (event.key === "Escape") return node.close();
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const stops = [input, ...results.querySelectorAll("button")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
