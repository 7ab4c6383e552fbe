// Joins a room by its name, or one of those that live.

import { button, h } from "../dom.js";
import { t } from "../i18n/index.js";
import { dialog, submit } from "./dialogs.js";
import { roomField } from "./fields.js";

export async function joinRoom(app, { limits, rooms: joined }, onJoin) {
  const field = roomField("join-room", limits);
  const rooms = h("ul", { class: "live-rooms" });
  const node = dialog(
    t("joinRoom"),
    { onsubmit: () => (field.value ? onJoin(field.value) : false) },
    field.node,
    submit(t("join")),
    h("h3", {}, t("liveRooms")),
    rooms,
  );
  field.input.focus();
  const live = (await app.liveRooms()).filter(({ name }) => !joined.has(name));
  const item = ({ name, members }) => {
    const go = button("", "live-room", () => {
      node.close();
      onJoin(name);
    });
    go.append(h("span", { class: "hash", "aria-hidden": "true" }, "#"), h("bdi", { class: "name" }, name), h("small", {}, t("online", members)));
    return h("li", {}, go);
  };
  rooms.replaceChildren(...(live.length ? live.map(item) : [h("li", { class: "hint" }, t("noLiveRooms"))]));
}
