// Puts the page together: state, app, components, and the address bar.

import { App } from "./app.js";
import { initialState, reduce, unreadCount } from "./core/reducer.js";
import { roomOfHash } from "./core/names.js";
import { Store } from "./store.js";
import { Layout } from "./layout.js";
import { read } from "./storage.js";
import { t } from "./i18n/index.js";
import { Banner } from "./components/banner.js";
import { Composer } from "./components/composer.js";
import { MessageList } from "./components/message-list.js";
import { mountAnnouncer } from "./components/announcer.js";
import { mountMembersPanel } from "./components/members-panel.js";
import { mountNotice } from "./components/notice.js";
import { mountRoomHeader } from "./components/room-header.js";
import { mountRoomsList } from "./components/rooms-list.js";
import { mountTypingLine } from "./components/typing-line.js";

const part = (id) => document.getElementById(id);

const store = new Store(reduce, initialState);
const app = new App(store);
const layout = new Layout(part("app"), { rooms: part("rooms"), members: part("members") }, part("main"));
const say = mountNotice(part("notice"), store);
const messages = new MessageList(part("messages"), app, store);
const composer = new Composer(part("composer"), app, store, () => messages.toEnd());
const close = () => layout.close();
new Banner(part("banner"), app, store);
mountRoomHeader(part("room-header"), store, { rooms: () => layout.toggle("rooms"), members: () => layout.toggle("members"), say });
mountRoomsList(part("rooms"), app, store, { leave, join, settings, close });
mountMembersPanel(part("members"), store, close);
mountTypingLine(part("typing"), store);
mountAnnouncer(part("announcer"), store);
part("skip").textContent = t("skip");
part("skip").addEventListener("click", () => composer.text.focus());

store.subscribe((state) => {
  const unread = unreadCount(state);
  const title = `${unread ? `(${unread}) ` : ""}${state.current ? `#${state.current} · ` : ""}${t("app")}`;
  if (title !== document.title) document.title = title;
});

// --- Dialogs that few visits need come when they are asked for

async function join() {
  layout.close();
  const { joinRoom } = await import("./components/join-dialog.js");
  joinRoom(app, store.state, go);
}

async function settings() {
  const dialogs = await import("./components/settings-dialog.js");
  dialogs.settings(app, store.state.limits);
}

async function shortcuts() {
  const dialogs = await import("./components/settings-dialog.js");
  dialogs.shortcuts();
}

// --- The room is the address's hash, so that links and the browser's "back" go to rooms

function go(room) {
  if (roomOfHash(location.hash) === room) show();
  else location.hash = encodeURIComponent(room);
}

function show() {
  const room = roomOfHash(location.hash);
  if (!room) return say(t("roomInvalid"));
  app.openRoom(room);
  composer.focus();
}

function leave(room) {
  const isCurrent = store.state.current === room;
  const next = app.closeRoom(room);
  if (isCurrent && next) go(next);
  else if (isCurrent) history.replaceState(null, "", location.pathname);
}

// --- Keys that work everywhere

addEventListener("keydown", ({ key, altKey, shiftKey, isComposing, target }) => {
  if (isComposing || document.querySelector("dialog[open]")) return;
  if (key === "Escape") layout.close() || messages.toEnd();
  else if (altKey && key === "ArrowUp") step(-1, shiftKey);
  else if (altKey && key === "ArrowDown") step(1, shiftKey);
  else if (key === "?" && !target.closest("input, textarea")) shortcuts();
});

function step(direction, isUnreadOnly) {
  const rooms = [...store.state.rooms.values()];
  const at = rooms.findIndex(({ name }) => name === store.state.current);
  const others = [...rooms.slice(at + 1), ...rooms.slice(0, Math.max(at, 0))].filter(({ unread }) => unread || !isUnreadOnly);
  const next = others.at(direction < 0 ? -1 : 0);
  if (next) go(next.name);
}

// A phone's keyboard that does not resize the page (Safari) would cover the field.
visualViewport.addEventListener("resize", () => {
  const covered = innerHeight - visualViewport.height - visualViewport.offsetTop;
  document.documentElement.style.setProperty("--covered", `${covered > 80 ? covered : 0}px`);
});

// --- Coming in

function enter(name, room) {
  if (roomOfHash(location.hash) !== room) history.replaceState(null, "", `#${encodeURIComponent(room)}`);
  app.enter(name, room);
  composer.focus();
  addEventListener("hashchange", show);
}

const room = roomOfHash(location.hash) ?? read("current") ?? "lobby";
if (app.name) enter(app.name, room);
else (await import("./components/welcome-dialog.js")).welcome(store.state.limits, room, enter);
