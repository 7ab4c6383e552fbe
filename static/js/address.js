// The room is the address's hash, so that links and "back" go to rooms.

import { hashOfRoom, roomOfHash } from "./core/names.js";
import { t } from "./i18n/index.js";
import { tellUser } from "./overlays.js";

/** @param focus  Puts the caret where one writes. */
export function makeAddress(app, store, focus) {
  const leftRooms = new Set();
  return { followAddress, goToRoom, leaveRoom };

  /** The user is in `room`: from now on the address leads, and tells where one is. */
  function followAddress(room) {
    if (roomOfHash(location.hash) !== room) write(room);
    // A focus needs a layout: with that of the frame.
    requestAnimationFrame(focus);
    addEventListener("hashchange", openRoomOfAddress);
    let shown = room;
    store.subscribe(({ current }) => {
      // A room was left, here or in another tab.
      if (current !== shown && roomOfHash(location.hash) === shown) write(current);
      shown = current;
    });
  }

  function goToRoom(room) {
    leftRooms.delete(room);
    if (roomOfHash(location.hash) === room) openRoomOfAddress();
    else location.hash = hashOfRoom(room);
  }

  function openRoomOfAddress() {
    const room = roomOfHash(location.hash);
    if (!room) return tellUser(() => t("roomInvalid"));
    if (leftRooms.has(room)) {
      // "Back" leads to a room that was left: nobody is entered there without being asked.
      write(store.state.current);
      return tellUser(() => t("youLeft", room), { text: () => t("rejoin"), act: () => goToRoom(room) });
    }
    app.openRoom(room);
    focus();
  }

  function leaveRoom(room) {
    leftRooms.add(room);
    app.closeRoom(room);
  }

  function write(room) {
    history.replaceState(null, "", room ? hashOfRoom(room) : location.pathname);
  }
}
