// Opens and closes panels, dialogs and notices.

import { t, withMore } from "./i18n/index.js";

export const section = (id) => document.getElementById(id);

/** Shows or hides a panel: beside the messages, or on a narrow page above them while it has the focus. */
export function togglePanel(name, width) {
  if (innerWidth >= width) return section("app").classList.toggle(`without-${name}`);
  const panel = section(name);
  panel.showPopover();
  panel.querySelector(".drawer-close").focus();
  panel.addEventListener("focusout", closePanelLeft);
}

function closePanelLeft({ currentTarget, relatedTarget }) {
  if (relatedTarget && !currentTarget.contains(relatedTarget)) closePanel();
}

export function closePanel() {
  document.querySelector(":popover-open")?.hidePopover();
}

/** Opens a dialog. Keys that are typed while it is being fetched go to it, and not to the field that had the focus. */
export async function openDialog(name, open) {
  closePanel();
  const focused = document.activeElement;
  let typed = "";
  const hold = (event) => {
    if (event.key.length > 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    typed += event.key;
  };
  focused.blur();
  addEventListener("keydown", hold);
  const dialogs = await fetchMore(import(`./components/${name}-dialog.js`));
  removeEventListener("keydown", hold);
  focused.focus();
  if (dialogs) open(dialogs, typed);
}

/** Without a connection the module may not load; then the user is told, if that is possible. */
export const fetchMore = (module) => withMore(module).catch(() => tellUser(() => t("notLoaded")));

/** @param words  Called when the strings are there. @param offer  `{text, act}` of a button. */
export async function tellUser(words, offer) {
  const notice = await withMore(import("./components/notice.js")).catch(() => null);
  notice?.say(section("notice"), words(), offer);
}

export function forgetNotice() {
  section("notice").replaceChildren();
}
