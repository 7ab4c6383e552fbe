// Joins a room: by its name, or from the list of the server's rooms.

import { t } from "../i18n/index.js";
import { dialog, roomField, submit } from "./dialogs.js";
import { liveRooms } from "./live-rooms.js";

/** A known room with a name that is easily mistaken for this one ("lobby" for "Lobby"); none when this room itself is known. */
export const twinOf = (name, rooms) =>
  rooms.includes(name) ? undefined : rooms.find((room) => room.toLowerCase() === name.toLowerCase());

export function joinRoom({ limits, rooms }, onJoin) {
  const field = roomField("join-room", limits);
  const live = liveRooms(rooms, (room) => {
    node.close();
    onJoin(room);
  });
  const node = dialog(
    t("joinRoom"),
    { onsubmit: () => (field.value ? onJoin(field.value) : false) },
    field.node,
    submit(t("join")),
    live.node,
  );
  field.input.addEventListener("input", () => {
    const name = field.input.value.trim().replace(/^#/, "");
    const twin = twinOf(name, [...rooms.keys(), ...live.names()]);
    field.hint.textContent = twin ? t("twinRooms", name, twin) : t("roomHint");
  });
  field.input.focus();
}
