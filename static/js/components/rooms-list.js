// The user's rooms, and the user.

import { h, icon, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { closePanel } from "../overlays.js";
import { hashOfRoom } from "../core/names.js";
import { avatar } from "./message-row.js";

export function mountRoomsList(root, app, store, actions) {
  const rooms = h("ul.list.rooms-list");
  const self = h("div.self");
  const statusLink = h("a.icon-button", { href: "status.html", "aria-label": t("status"), title: t("status") }, icon("chart"));
  root.ariaLabel = t("rooms");
  root.append(
    h("div.side-head", {}, h("p.brand", {}, h("img", { src: "favicon.svg", alt: "", width: 22, height: 22 }), t("app")),
      iconButton("close", t("close"), closePanel, "drawer-close")),
    h("div.side-head.minor", {}, h("h2", {}, t("rooms")), iconButton("plus", t("joinRoom"), actions.joinRoom)),
    rooms, self);

  function item({ name, unread, mentioned, phase }, current) {
    const badge = unread > 0 && h("span", { class: mentioned ? "badge mentioned" : "badge" }, `${mentioned ? "@" : ""}${unread}`,
      h("span.visually-hidden", {}, ` ${t("unread", unread)}${mentioned ? `, ${t("mentioned")}` : ""}`));
    const link = h("a.room-link", { href: hashOfRoom(name), onclick: closePanel },
      h("span.hash", { "aria-hidden": "true" }, "#"), h("bdi.name", { title: name }, name), badge);
    if (name === current) link.ariaCurrent = "page";
    return h("li", { class: `room-item ${unread ? "unread" : ""} ${phase}` }, link,
      iconButton("close", t("leaveRoom", name), () => actions.leaveRoom(name), "leave"));
  }

  let shown = {};
  store.subscribe((state) => {
    if (state.me !== shown.me || !shown.rooms) {
      const user = state.me ?? { id: "", name: app.name || "…" };
      self.replaceChildren(avatar(user), h("bdi.name", {}, user.name), statusLink, iconButton("gear", t("settings"), actions.openSettings));
    }
    if (state.rooms !== shown.rooms || state.current !== shown.current) {
      const focused = document.activeElement?.getAttribute("href");
      rooms.replaceChildren(...[...state.rooms.values()].map((room) => item(room, state.current)));
      if (focused) [...rooms.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    }
    shown = state;
  });
}
