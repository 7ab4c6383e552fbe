// Puts the page together. What few visits need is fetched when it is asked for.

import { makeApp } from "./app.js";
import { initialState, reduce, unreadCount } from "./core/reducer.js";
import { roomOfHash } from "./core/names.js";
import { makeStore } from "./store.js";
import { read } from "./storage.js";
import { t, withMore } from "./i18n/index.js";
import { mountBanner } from "./components/banner.js";
import { mountComposer } from "./components/composer.js";
import { mountMessageList } from "./components/message-list.js";
import { mountAnnouncer } from "./components/announcer.js";
import { mountMembersPanel } from "./components/members-panel.js";
import { mountRoomHeader } from "./components/room-header.js";
import { mountRoomsList } from "./components/rooms-list.js";
import { mountTypingLine } from "./components/typing-line.js";

const part = (id) => document.getElementById(id);

const store = makeStore(reduce, initialState);
const app = makeApp(store);
const room = roomOfHash(location.hash) ?? read("current") ?? "lobby";
// The server answers while the page is put together.
if (app.name) app.enter(app.name, room);
const messages = mountMessageList(part("messages"), app, store);
const composer = mountComposer(part("composer"), app, store, () => messages.toEnd());
mountBanner(part("banner"), app, store);
mountRoomHeader(part("room-header"), store, { toggle, say });
mountRoomsList(part("rooms"), app, store, { leave, join, settings, close });
mountMembersPanel(part("members"), store, close);
mountTypingLine(part("typing"), store);
mountAnnouncer(part("announcer"), store);
part("skip").textContent = t("skip");
part("skip").addEventListener("click", () => composer.field.focus());

store.subscribe((state) => {
  const unread = unreadCount(state);
  const title = `${unread ? `(${unread}) ` : ""}${state.current ? `#${state.current} · ` : ""}${t("app")}`;
  if (title !== document.title) document.title = title;
});

/** Beside the messages, or on a narrow page above them while it has the focus. */
function toggle(name, width) {
  if (innerWidth >= width) return part("app").classList.toggle(`without-${name}`);
  const panel = part(name);
  panel.showPopover();
  panel.querySelector(".drawer-close").focus();
  panel.addEventListener("focusout", left);
}

function left({ currentTarget, relatedTarget }) {
  if (relatedTarget && !currentTarget.contains(relatedTarget)) close();
}

function close() {
  document.querySelector(":popover-open")?.hidePopover();
}

let told;

async function dialog(name, open) {
  close();
  // Without a connection it does not come, and the banner says why.
  const dialogs = await withMore(import(`./components/${name}-dialog.js`)).catch(() => null);
  if (dialogs) open(dialogs);
}

function join() {
  dialog("join", ({ joinRoom }) => joinRoom(store.state, go));
}

function settings() {
  dialog("settings", (dialogs) => dialogs.settings(app, store));
}

function shortcuts() {
  dialog("settings", (dialogs) => dialogs.shortcuts());
}

async function say(words) {
  const notice = await withMore(import("./components/notice.js"));
  notice.say(part("notice"), words());
}

store.subscribe(({ notice }) => {
  if (notice && notice !== told) say(() => t("errors")[notice.code] ?? notice.message);
  told = notice;
});

if (read("alerts")) import("./alerts.js").then(({ watch }) => watch(store));

// The room is the address's hash, so that links and "back" go to rooms.

function go(room) {
  if (roomOfHash(location.hash) === room) show();
  else location.hash = encodeURIComponent(room);
}

function show() {
  const room = roomOfHash(location.hash);
  if (!room) return say(() => t("roomInvalid"));
  app.openRoom(room);
  composer.focus();
}

function leave(room) {
  const isCurrent = store.state.current === room;
  const next = app.closeRoom(room);
  if (isCurrent && next) go(next);
  else if (isCurrent) history.replaceState(null, "", location.pathname);
}

addEventListener("keydown", async (event) => {
  const mayBeShortcut = event.altKey || ["Escape", "?"].includes(event.key);
  if (!mayBeShortcut || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
  const keys = await import("./keys.js").catch(() => null);
  keys?.press(event, store.state, { messages, composer, go, shortcuts });
});

// Safari's keyboard would cover the field.
visualViewport.addEventListener("resize", () => {
  const covered = innerHeight - visualViewport.height - visualViewport.offsetTop;
  document.documentElement.style.setProperty("--covered", `${covered > 80 ? covered : 0}px`);
});

function entered(room) {
  if (roomOfHash(location.hash) !== room) history.replaceState(null, "", `#${encodeURIComponent(room)}`);
  // A focus needs a layout: with that of the frame.
  requestAnimationFrame(composer.focus);
  addEventListener("hashchange", show);
}

if (app.name) entered(room);
else {
  const { welcome } = await import("./components/welcome-dialog.js");
  welcome(store.state.limits, room, (name, chosen) => {
    app.enter(name, chosen);
    entered(chosen);
  });
}
