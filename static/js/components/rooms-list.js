// The rooms one is in, with what is unread in them; and oneself.

import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { avatar } from "./message-row.js";

/** @param actions `{leave(room), join(), settings(), close()}` */
export function mountRoomsList(root, app, store, actions) {
  const rooms = h("ul", { class: "list rooms-list" });
  const self = h("div", { class: "self" });
  root.ariaLabel = t("rooms");
  root.append(
    h("div", { class: "side-head" }, h("p", { class: "brand" }, h("img", { src: "favicon.svg", alt: "", width: 22, height: 22 }), t("app")),
      iconButton("close", t("close"), actions.close, "drawer-close")),
    h("div", { class: "side-head minor" }, h("h2", {}, t("rooms")), iconButton("plus", t("joinRoom"), actions.join)),
    rooms, self);

  function item({ name, unread, mentioned, phase }, current) {
    const badge = unread > 0 && h("span", { class: mentioned ? "badge mentioned" : "badge" }, `${mentioned ? "@" : ""}${unread}`,
      h("span", { class: "visually-hidden" }, ` ${t("unread", unread)}${mentioned ? `, ${t("mentioned")}` : ""}`));
    const link = h("a", { class: "room-link", href: `#${encodeURIComponent(name)}` },
      h("span", { class: "hash", "aria-hidden": "true" }, "#"), h("bdi", { class: "name", title: name }, name), badge);
    if (name === current) link.setAttribute("aria-current", "page");
    return h("li", { class: `room-item ${unread ? "unread" : ""} ${phase}` }, link,
      iconButton("close", t("leaveRoom", name), () => actions.leave(name), "leave"));
  }

  let shown = {};
  store.subscribe((state) => {
    if (state.me !== shown.me || !shown.rooms) {
      const user = state.me ?? { id: "", name: app.name || "…" };
      self.replaceChildren(avatar(user), h("bdi", { class: "name" }, user.name), iconButton("gear", t("settings"), actions.settings));
    }
    if (state.rooms !== shown.rooms || state.current !== shown.current) {
      const focused = document.activeElement?.getAttribute("href");
      rooms.replaceChildren(...[...state.rooms.values()].map((room) => item(room, state.current)));
      if (focused) [...rooms.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    }
    shown = state;
  });
}
