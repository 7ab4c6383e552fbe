// Name, language, appearance, alerts. A choice takes effect at once.

import * as alerts from "../alerts.js";
import { button, h } from "../dom.js";
import { t } from "../i18n/index.js";
import { language, languages, switchLanguage } from "../i18n/language.js";
import "../rename.js";
import { write } from "../storage.js";
import { choice, dialog, nameField, submit } from "./dialogs.js";

export function settings(app, store) {
  const field = nameField("settings-name", store.state.limits, app.name);
  const saveName = () => {
    const name = field.value;
    if (name && name !== app.name) app.rename(name);
    return Boolean(name);
  };
  field.input.addEventListener("change", saveName);
  const showHelp = async () => (await import("./help-dialog.js")).help(app, store.state.current);
  dialog(
    t("settings"),
    { onsubmit: saveName },
    field.node,
    choice("settings-theme", t("theme"), t("themes"), document.documentElement.dataset.theme, chooseTheme),
    choice("settings-language", t("language"), languages, language, (next) => {
      saveName();
      switchLanguage(next);
    }),
    ...alertFields(store),
    h("div.dialog-head", {}, button(t("help"), "text-button", showHelp), submit(t("done"))),
  );
}

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  write("theme", theme);
}

function alertFields(store) {
  const chosen = { ...alerts.settings() };
  const hint = h("p.hint", { role: "status" });
  const change = async (part) => {
    Object.assign(chosen, part);
    if (await alerts.choose(chosen, store)) return (hint.textContent = "");
    chosen.notify = notify.querySelector("select").value = "off";
    alerts.choose(chosen, store);
    hint.textContent = t("notifyDenied");
  };
  const notify = choice("settings-notify", t("notify"), t("notifyChoices"), chosen.notify, (value) => change({ notify: value }));
  notify.append(hint);
  const sound = h("input", { id: "settings-sound", type: "checkbox", checked: chosen.sound, onchange: () => change({ sound: sound.checked }) });
  return [notify, h("label.check", {}, sound, t("sound"))];
}
