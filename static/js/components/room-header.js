import { copyText, h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

export function mountRoomHeader(root, store, actions) {
  const title = h("h1.name");
  const count = h("span");
  const dot = h("span.dot");
  const menu = iconButton("menu", t("openRooms"), () => actions.togglePanel("rooms", 760), "menu");
  const people = iconButton("people", t("openMembers"), () => actions.togglePanel("members", 1040), "people-button");
  const link = iconButton("link", t("copyLink"), async () => {
    const key = (await copyText(location.href)) ? "copied" : "notCopied";
    actions.tellUser(() => t(key));
  });
  const search = iconButton("search", t("search"), () => actions.search());
  menu.append(dot);
  people.append(count);
  root.append(menu, title, link, search, people);

  store.subscribe(({ rooms, current }) => {
    title.textContent = title.title = current ? `#${current}` : t("app");
    link.hidden = search.hidden = !current;
    count.textContent = rooms.get(current)?.memberCount || "";
    dot.hidden = ![...rooms.values()].some(({ unread }) => unread);
  });
}
