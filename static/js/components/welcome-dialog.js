// The first thing a newcomer sees: a name, a room, and in.

import { h } from "../dom.js";
import { language, languages, switchLanguage, t } from "../i18n/index.js";
import { choice, dialog, submit } from "./dialogs.js";
import { nameField, roomField } from "./fields.js";

export function welcome(limits, room, onEnter) {
  const where = roomField("welcome-room", limits, room);
  const who = nameField("welcome-name", limits, "");
  dialog(
    t("welcomeTitle"),
    {
      className: "welcome",
      isClosable: false,
      onsubmit() {
        const [chosenRoom, chosenName] = [where.value, who.value];
        if (!chosenName || !chosenRoom) return false;
        onEnter(chosenName, chosenRoom);
      },
    },
    h("p", {}, t("welcomeText")),
    who.node,
    where.node,
    submit(t("enter")),
    choice("welcome-language", t("language"), languages, language, switchLanguage),
  );
  who.input.focus();
}
