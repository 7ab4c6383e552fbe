// Puts the page together. Code that few visits need is fetched on demand.

import { makeAddress } from "./address.js";
import { makeApp } from "./controller.js";
import { initialState, reduce, unreadCount } from "./core/reducer.js";
import { roomOfHash } from "./core/names.js";
import { makeStore } from "./store.js";
import { read } from "./storage.js";
import { errorText, t } from "./i18n/index.js";
import { fetchMore, forgetNotice, openDialog, section, tellUser } from "./overlays.js";
import { mountBanner } from "./components/banner.js";
import { mountComposer } from "./components/composer.js";
import { mountMessageList } from "./components/message-list.js";
import { mountAnnouncer } from "./components/announcer.js";
import { mountMembersPanel } from "./components/members-panel.js";
import { mountRoomHeader } from "./components/room-header.js";
import { mountRoomsList } from "./components/rooms-list.js";

const store = makeStore(reduce, initialState);
const app = makeApp(store);
const firstRoom = roomOfHash(location.hash) ?? read("current") ?? "lobby";
// Requested first, so that the server answers while the page is put together.
if (app.name) app.enter(app.name, firstRoom);
const { followAddress, goToRoom, leaveRoom } = makeAddress(app, store, () => composer.focus());

// The parts of the page

const messages = mountMessageList(section("messages"), app, store, goToRoom);
const composer = mountComposer(section("composer"), app, store, { onSent, runCommand });
mountBanner(section("banner"), app, store);
mountRoomHeader(section("room-header"), store, search);
mountRoomsList(section("rooms"), app, store, { leaveRoom, joinRoom, openSettings });
mountMembersPanel(section("members"), store);
mountAnnouncer(section("announcer"), store);
const skip = section("skip");
skip.textContent = t("skip");
skip.addEventListener("click", () => composer.field.focus());

/** Scrolls to the newest message, and removes a notice that may hide it. */
function onSent() {
  forgetNotice();
  messages.toEnd();
}

// Actions of the user

function joinRoom() {
  openDialog("join", (dialogs) => dialogs.joinRoom(store.state, goToRoom));
}

function openSettings() {
  openDialog("settings", (dialogs) => dialogs.settings(app, store));
}

function showHelp() {
  openDialog("help", (dialogs) => dialogs.help(app, store.state.current));
}

function search(words = "") {
  if (store.state.current) openDialog("search", (dialogs, typed) => dialogs.search(app, store, messages, words + typed));
}

/** @returns whether it was carried out; otherwise it stays in the field. */
async function runCommand(input) {
  const commands = await fetchMore(import("./components/commands.js"));
  return commands?.run(input, { app, state: store.state, goToRoom, joinRoom, leaveRoom, search, showHelp });
}

addEventListener("keydown", async (event) => {
  const mayBeShortcut = event.altKey || ["Escape", "?"].includes(event.key);
  if (!mayBeShortcut || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
  const keys = await import("./keys.js").catch(() => null);
  keys?.press(event, store.state, { messages, composer, goToRoom, showHelp, search });
});

// Messages to the user outside the list

store.subscribe((state) => {
  const unread = unreadCount(state);
  const title = `${unread ? `(${unread}) ` : ""}${state.current ? `#${state.current} · ` : ""}${t("app")}`;
  if (title !== document.title) document.title = title;
});

let toldNotice;
store.subscribe(({ notice }) => {
  if (notice && notice !== toldNotice) tellUser(() => errorText(notice.code, notice));
  toldNotice = notice;
});

// Messages may come before this code.
if (read("alerts")) import("./alerts.js").then((more) => more.watch(store, new Map()), () => {});

// Events of the device

// An on-screen keyboard covers a part of the page.
for (const type of ["resize", "scroll"]) visualViewport.addEventListener(type, () => import("./viewport.js").then((more) => more.fitToKeyboard(), () => {}));

// A file that is dropped on the page must not replace it.
for (const type of ["dragover", "drop"]) {
  addEventListener(type, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (type === "drop") tellUser(() => t("noFiles"));
  });
}

// The first room

if (app.name) followAddress(firstRoom);
else {
  const { welcome } = await import("./components/welcome-dialog.js");
  welcome(store.state.limits, firstRoom, (name, chosen) => {
    app.enter(name, chosen);
    followAddress(chosen);
  });
}
