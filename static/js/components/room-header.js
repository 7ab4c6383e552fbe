// The head of the room: its name, how many are in it, and the ways to the panels.

import { copyText, h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

/** @param actions `{rooms(), members(), say(text)}` */
export function mountRoomHeader(root, store, actions) {
  const title = h("h1", { class: "name" });
  const count = h("span");
  const dot = h("span", { class: "dot" });
  const menu = iconButton("menu", t("openRooms"), actions.rooms, "menu");
  const people = iconButton("people", t("openMembers"), actions.members, "people-button");
  const link = iconButton("link", t("copyLink"), async () =>
    actions.say(t((await copyText(location.href)) ? "copied" : "notCopied")));
  menu.append(dot);
  people.append(count);
  root.append(menu, title, link, people);

  store.subscribe(({ rooms, current }) => {
    title.textContent = title.title = current ? `#${current}` : t("app");
    link.hidden = !current;
    count.textContent = rooms.get(current)?.memberCount || "";
    dot.hidden = ![...rooms.values()].some(({ unread }) => unread);
  });
}
