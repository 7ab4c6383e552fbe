// Carries out the commands that are no messages (core/input.js tells which are).

import { RULINGS } from "../core/targets.js";
import { labels, roomName, userName } from "../core/names.js";
import { twinOf } from "./join-dialog.js";
import { errorText, t } from "../i18n/index.js";
import { list } from "../i18n/list.js";
import { fetchMore, tellUser } from "../overlays.js";
import { isolated } from "./message-row.js";
import "../rename.js";

const MAX_NAMES = 30;

/** What each of them does; a test holds it against the list of commands. */
export const ACTIONS = {
  nick(name, { app, state }) {
    const most = state.limits.name_chars;
    const valid = userName(name, most);
    if (!valid) return refuse(() => t("nameInvalid", most));
    app.rename(valid);
    return true;
  },
  who(_, { state }) {
    const { members = new Map(), memberCount = 0 } = state.rooms.get(state.current) ?? {};
    const names = Array.from(members, ([id, { name }]) => isolated(labels.of({ id, name }))).slice(0, MAX_NAMES);
    const rest = memberCount - names.length;
    tellUser(() => `${t("online", memberCount)}: ${list(rest > 0 ? [...names, t("others", rest)] : names)}`);
    return true;
  },
  rooms(_, { joinRoom }) {
    joinRoom();
    return true;
  },
  search(words, { search }) {
    search(words);
    return true;
  },
  join(raw, { goToRoom, state }) {
    const room = roomName(raw, state.limits.room_chars);
    if (!room) return refuse(() => t("roomInvalid"));
    const twin = twinOf(room, [...state.rooms.keys()]);
    if (twin) tellUser(() => t("twinRooms", room, twin));
    goToRoom(room);
    return true;
  },
  switch(raw, { goToRoom, state }) {
    const room = roomName(raw, state.limits.room_chars);
    if (!state.rooms.has(room)) return refuse(() => t("notJoined", raw));
    goToRoom(room);
    return true;
  },
  leave(raw, { leaveRoom, state }) {
    const room = raw ? roomName(raw, state.limits.room_chars) : state.current;
    if (!state.rooms.has(room)) return refuse(() => t("notJoined", raw));
    leaveRoom(room);
    return true;
  },
  help(_, { showHelp }) {
    showHelp();
    return true;
  },
};

const NEEDS_ARGUMENT = ["me", "nick", "join", "switch"];

/** @returns whether it was carried out. */
export async function run({ is, name, argument }, page) {
  // Nobody moderates where there are no tokens.
  if (RULINGS.includes(name)) return page.app.request ? (await fetchMore(import("./moderation.js")))?.moderate(name, argument, page) ?? false : refuse(() => errorText("forbidden"));
  if (is === "unknown") return refuse(() => t("unknownCommand", name));
  if (!argument && NEEDS_ARGUMENT.includes(name)) return refuse(() => t("commandUsage", name, t("commandList")[name][0]));
  return ACTIONS[name](argument, page);
}

function refuse(words) {
  tellUser(words);
  return false;
}
