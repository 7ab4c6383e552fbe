// The rooms of the server, the fullest first. The list is renewed while it is visible.

import { button, h } from "../dom.js";
import { roomName } from "../core/names.js";
import { t } from "../i18n/index.js";

const REFRESH_MS = 5_000;

/** Rooms as `{room, member_count}`; none when the request fails. */
async function fetchRooms() {
  try {
    const response = await fetch("api/rooms?limit=100", { signal: AbortSignal.timeout(REFRESH_MS) });
    const { rooms } = await response.json();
    return rooms.filter(({ room }) => roomName(room) === room).sort((a, b) => b.member_count - a.member_count);
  } catch {
    return [];
  }
}

/** @param joined  Rooms to leave out. @param onpick  Called with the name of a room. */
export function liveRooms(joined, onpick) {
  const list = h("ul.live-rooms", { "aria-label": t("liveRooms") });
  let shown = "";
  let names = [];

  function item({ room, member_count: members }) {
    const go = button("", "live-room", () => onpick(room));
    go.append(h("span.hash", { "aria-hidden": "true" }, "#"), h("bdi.name", {}, room), h("small", {}, t("online", members)));
    return h("li", {}, go);
  }

  async function refresh() {
    if (document.visibilityState === "visible") show((await fetchRooms()).filter(({ room }) => !joined.has(room)));
    setTimeout(() => list.isConnected && refresh(), REFRESH_MS);
  }

  function show(rooms) {
    const look = JSON.stringify(rooms.map(({ room, member_count: members }) => [room, members]));
    // A list with the focus or the pointer on it stays as it is, so that nothing moves away under a finger.
    if (look === shown || list.contains(document.activeElement)) return;
    shown = look;
    names = rooms.map(({ room }) => room);
    list.replaceChildren(...(rooms.length ? rooms.map(item) : [h("li.hint", {}, t("noLiveRooms"))]));
  }

  refresh();
  return { node: h("div.field", {}, h("h3", {}, t("liveRooms")), list), names: () => names };
}

/** For a page without an open room. */
export const lobby = (onpick) => [h("h3", {}, t("noRoom")), h("p", {}, t("noRoomText")), liveRooms(new Map(), onpick).node];
