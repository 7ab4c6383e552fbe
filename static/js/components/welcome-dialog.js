// The first dialog of a new user.

import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { language, languages, switchLanguage } from "../i18n/language.js";
import { readJSON, write, writeJSON } from "../storage.js";
import { choice, dialog, nameField, roomField, submit } from "./dialogs.js";

export function welcome(limits, room, onEnter) {
  // The text that was typed before the language was switched.
  const typed = readJSON("typed", { name: "", room });
  write("typed", null);
  const where = roomField("welcome-room", limits, typed.room);
  const who = nameField("welcome-name", limits, typed.name);
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
    choice("welcome-language", t("language"), languages, language, (next) => {
      writeJSON("typed", { name: who.input.value, room: where.input.value });
      switchLanguage(next);
    }),
  );
  who.input.focus();
}
