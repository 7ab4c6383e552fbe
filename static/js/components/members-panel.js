// Who is in the room.

import { h, iconButton } from "../dom.js";
import { language, t } from "../i18n/index.js";
import { avatar } from "./message-row.js";

export function mountMembersPanel(root, store, close) {
  const title = h("h2");
  const people = h("ul", { class: "list people" });
  const rest = h("p", { class: "rest" });
  root.ariaLabel = t("members");
  root.append(h("div", { class: "side-head" }, title, iconButton("close", t("close"), close, "drawer-close")), people, rest);

  let shown;
  store.subscribe(({ rooms, current, me }) => {
    const { members = new Map(), memberCount = 0 } = rooms.get(current) ?? {};
    title.textContent = memberCount ? t("online", memberCount) : t("members");
    rest.textContent = members.size && memberCount > members.size ? t("more", memberCount - members.size) : "";
    if (members === shown) return;
    shown = members;
    // Oneself first, the others in the order of the reader's language.
    const users = [...members].map(([id, { name }]) => ({ id, name, isMe: id === me?.id }));
    users.sort((a, b) => b.isMe - a.isMe || a.name.localeCompare(b.name, language));
    people.replaceChildren(...users.map((user) =>
      h("li", { class: "person" }, avatar(user), h("bdi", { class: "name", title: user.name }, user.name), user.isMe && h("small", {}, t("you")))));
  });
}
