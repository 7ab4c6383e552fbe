// Puts the page together. What few visits need is fetched when it is asked for.

import { makeApp } from "./app.js";
import { initialState, reduce, unreadCount } from "./core/reducer.js";
import { roomOfHash } from "./core/names.js";
import { makeStore } from "./store.js";
import { read } from "./storage.js";
import { errorText, t, withMore } from "./i18n/index.js";
import { mountBanner } from "./components/banner.js";
import { mountComposer } from "./components/composer.js";
import { mountMessageList } from "./components/message-list.js";
import { mountAnnouncer } from "./components/announcer.js";
import { mountMembersPanel } from "./components/members-panel.js";
import { mountRoomHeader } from "./components/room-header.js";
import { mountRoomsList } from "./components/rooms-list.js";
import { mountTypingLine } from "./components/typing-line.js";

const section = (id) => document.getElementById(id);

const store = makeStore(reduce, initialState);
const app = makeApp(store);
const firstRoom = roomOfHash(location.hash) ?? read("current") ?? "lobby";
// The server answers while the page is put together.
if (app.name) app.enter(app.name, firstRoom);
const messages = mountMessageList(section("messages"), app, store);
const composer = mountComposer(section("composer"), app, store, { onSent, runCommand, tellUser });
mountBanner(section("banner"), app, store);
mountRoomHeader(section("room-header"), store, { togglePanel, search, tellUser });
mountRoomsList(section("rooms"), app, store, { leaveRoom, joinRoom, openSettings, closePanel });
mountMembersPanel(section("members"), store, closePanel);
mountTypingLine(section("typing"), store);
mountAnnouncer(section("announcer"), store);
const skip = section("skip");
skip.textContent = t("skip");
skip.addEventListener("click", () => composer.field.focus());

store.subscribe((state) => {
  const unread = unreadCount(state);
  const title = `${unread ? `(${unread}) ` : ""}${state.current ? `#${state.current} · ` : ""}${t("app")}`;
  if (title !== document.title) document.title = title;
});

/** The newest is seen then, and no notice stands before it. */
function onSent() {
  section("notice").replaceChildren();
  messages.toEnd();
}

/** Beside the messages, or on a narrow page above them while it has the focus. */
function togglePanel(name, width) {
  if (innerWidth >= width) return section("app").classList.toggle(`without-${name}`);
  const panel = section(name);
  panel.showPopover();
  panel.querySelector(".drawer-close").focus();
  panel.addEventListener("focusout", closePanelLeft);
}

function closePanelLeft({ currentTarget, relatedTarget }) {
  if (relatedTarget && !currentTarget.contains(relatedTarget)) closePanel();
}

function closePanel() {
  document.querySelector(":popover-open")?.hidePopover();
}

/** What few visits need. Without a connection it may not come: then the user is told, if that can be. */
const fetchMore = (module) => withMore(module).catch(() => tellUser(() => t("notLoaded")));

/** What is typed before the dialog is there is the dialog's, and not for the field that had the focus. */
async function openDialog(name, open) {
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

function joinRoom() {
  openDialog("join", (dialogs) => dialogs.joinRoom(store.state, goToRoom));
}

function openSettings() {
  openDialog("settings", (dialogs) => dialogs.settings(app, store));
}

function showHelp() {
  openDialog("help", (dialogs) => dialogs.help());
}

function search(words = "") {
  if (store.state.current) openDialog("search", (dialogs, typed) => dialogs.search(app, store, messages, words + typed));
}

/** @returns whether it was carried out, so that it need not stay in the field. */
async function runCommand(input) {
  const commands = await fetchMore(import("./components/commands.js"));
  return commands?.run(input, { app, state: store.state, goToRoom, joinRoom, leaveRoom, search, showHelp, tellUser });
}

/** @param words  Called when the words are there. @param offer  `{text, act}` of a button. */
async function tellUser(words, offer) {
  const notice = await withMore(import("./components/notice.js")).catch(() => null);
  notice?.say(section("notice"), words(), offer);
}

let toldNotice;
store.subscribe(({ notice }) => {
  if (notice && notice !== toldNotice) tellUser(() => errorText(notice.code));
  toldNotice = notice;
});

if (read("alerts")) import("./alerts.js").then((more) => more.watch(store), () => {});

// The room is the address's hash, so that links and "back" go to rooms.

const leftRooms = new Set();

function goToRoom(room) {
  leftRooms.delete(room);
  if (roomOfHash(location.hash) === room) showRoomOfAddress();
  else location.hash = encodeURIComponent(room);
}

function showRoomOfAddress() {
  const room = roomOfHash(location.hash);
  if (!room) return tellUser(() => t("roomInvalid"));
  if (leftRooms.has(room)) {
    // "Back" leads to a room that was left: nobody is entered there without being asked.
    writeAddress(store.state.current);
    return tellUser(() => t("youLeft", room), { text: () => t("rejoin"), act: () => goToRoom(room) });
  }
  app.openRoom(room);
  composer.focus();
}

function leaveRoom(room) {
  leftRooms.add(room);
  app.closeRoom(room);
}

function writeAddress(room) {
  history.replaceState(null, "", room ? `#${encodeURIComponent(room)}` : location.pathname);
}

addEventListener("keydown", async (event) => {
  const mayBeShortcut = event.altKey || ["Escape", "?"].includes(event.key);
  if (!mayBeShortcut || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
  const keys = await import("./keys.js").catch(() => null);
  keys?.press(event, store.state, { messages, composer, goToRoom, showHelp, search });
});

// A keyboard on the screen takes room from what is seen.
for (const type of ["resize", "scroll"]) visualViewport.addEventListener(type, () => import("./viewport.js").then((more) => more.fitToKeyboard(), () => {}));

// A file that is dropped beside the field must not take the place of the page.
for (const type of ["dragover", "drop"]) {
  addEventListener(type, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (type === "drop") tellUser(() => t("noFiles"));
  });
}

function entered(room) {
  if (roomOfHash(location.hash) !== room) writeAddress(room);
  // A focus needs a layout: with that of the frame.
  requestAnimationFrame(composer.focus);
  addEventListener("hashchange", showRoomOfAddress);
  let shown = room;
  store.subscribe(({ current }) => {
    // A room was left, here or in another tab.
    if (current !== shown && roomOfHash(location.hash) === shown) writeAddress(current);
    shown = current;
  });
}

if (app.name) entered(firstRoom);
else {
  const { welcome } = await import("./components/welcome-dialog.js");
  welcome(store.state.limits, firstRoom, (name, chosen) => {
    app.enter(name, chosen);
    entered(chosen);
  });
}
