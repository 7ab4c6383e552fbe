import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { language } from "../i18n/language.js";
import { closePanel } from "../overlays.js";
import { avatar } from "./message-row.js";

export function mountMembersPanel(root, store) {
  const title = h("h2");
  const people = h("ul.list.people");
  const rest = h("p.rest");
  root.ariaLabel = t("members");
  root.append(h("div.side-head", {}, title, iconButton("close", t("close"), closePanel, "drawer-close")), people, rest);

  let shown, company;
  store.subscribe(({ rooms, current, me }) => {
    const { members = new Map(), memberCount = 0 } = rooms.get(current) ?? {};
    title.textContent = memberCount ? t("online", memberCount) : t("members");
    rest.textContent = members.size && memberCount > members.size ? t("more", memberCount - members.size) : "";
    if (members === shown) return;
    shown = members;
    if (members.size > 1) company ??= import("./company.js").then((more) => more.keepCompany(store), () => (company = null));
    const users = [...members].map(([id, { name }]) => ({ id, name, isMe: id === me?.id }));
    users.sort((a, b) => b.isMe - a.isMe || a.name.localeCompare(b.name, language));
    people.replaceChildren(...users.map((user) =>
      h("li.person", {}, avatar(user), h("bdi.name", { title: user.name, "data-user": user.id }, user.name), user.isMe && h("small", {}, t("you")))));
  });
}
