// Joins a room by its name, or one of those that live.

import { t } from "../i18n/index.js";
import { dialog, roomField, submit } from "./dialogs.js";
import { liveRooms } from "./live-rooms.js";

export function joinRoom({ limits, rooms }, onJoin) {
  const field = roomField("join-room", limits);
  const node = dialog(
    t("joinRoom"),
    { onsubmit: () => (field.value ? onJoin(field.value) : false) },
    field.node,
    submit(t("join")),
    liveRooms(rooms, (room) => {
      node.close();
      onJoin(room);
    }),
  );
  field.input.focus();
}
