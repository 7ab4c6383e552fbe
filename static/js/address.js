// Keeps the hash of the address and the current room the same, so that links and "back" lead to rooms.

import { hashOfRoom, roomOfHash } from "./core/names.js";
import { t } from "./i18n/index.js";
import { tellUser } from "./overlays.js";

/** @param focus  Gives the text field the focus. */
export function makeAddress(app, store, focus) {
  const leftRooms = new Set();
  return { followAddress, goToRoom, leaveRoom };

  /** The user is in `room`. From now on a new hash opens a room, and a new room changes the hash. */
  function followAddress(room) {
    if (roomOfHash(location.hash) !== room) write(room);
    // A focus needs a layout; this one comes with the frame's.
    requestAnimationFrame(focus);
    addEventListener("hashchange", openRoomOfAddress);
    let shown = room;
    store.subscribe(({ current }) => {
      // The user has left a room, here or in another tab.
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
      // "Back" leads to a room that the user left: the page asks before it enters.
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
