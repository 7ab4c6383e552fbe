import { copyText, h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";

export function mountRoomHeader(root, store, actions) {
  const title = h("h1.name");
  const count = h("span");
  const dot = h("span.dot");
  const menu = iconButton("menu", t("openRooms"), () => actions.toggle("rooms", 760), "menu");
  const people = iconButton("people", t("openMembers"), () => actions.toggle("members", 1040), "people-button");
  const link = iconButton("link", t("copyLink"), async () => {
    const key = (await copyText(location.href)) ? "copied" : "notCopied";
    actions.say(() => t(key));
  });
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
