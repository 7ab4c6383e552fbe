import { copyText, h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { tellUser, togglePanel } from "../overlays.js";

export function mountRoomHeader(root, store, search) {
  const title = h("h1.name");
  const count = h("span");
  const dot = h("span.dot");
  const menu = iconButton("menu", t("openRooms"), () => togglePanel("rooms", 760), "menu");
  const people = iconButton("people", t("openMembers"), () => togglePanel("members", 1040), "people-button");
  const link = iconButton("link", t("copyLink"), async () => {
    const key = (await copyText(location.href)) ? "copied" : "notCopied";
    tellUser(() => t(key));
  });
  const find = iconButton("search", t("search"), () => search());
  menu.append(dot);
  people.append(count);
  root.append(menu, title, link, find, people);

  store.subscribe(({ rooms, current }) => {
    title.textContent = title.title = current ? `#${current}` : t("app");
    link.hidden = find.hidden = !current;
    count.textContent = rooms.get(current)?.memberCount || "";
    dot.hidden = ![...rooms.values()].some(({ unread }) => unread);
  });
}
