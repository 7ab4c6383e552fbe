// Name, language, appearance, alerts; and the list of shortcuts.

import * as alerts from "../alerts.js";
import { button, h } from "../dom.js";
import { t } from "../i18n/index.js";
import { language, languages, switchLanguage } from "../i18n/language.js";
import { write } from "../storage.js";
import { choice, dialog, nameField, submit } from "./dialogs.js";

export function settings(app, store) {
  const field = nameField("settings-name", store.state.limits, app.name);
  dialog(
    t("settings"),
    {
      onsubmit() {
        const name = field.value;
        if (!name) return false;
        if (name !== app.name) app.rename(name);
      },
    },
    field.node,
    choice("settings-theme", t("theme"), t("themes"), document.documentElement.dataset.theme, chooseTheme),
    choice("settings-language", t("language"), languages, language, switchLanguage),
    ...alertFields(store),
    h("div.dialog-head", {}, button(t("shortcuts"), "text-button", shortcuts), submit(t("save"))),
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

export function shortcuts() {
  const keys = (text) => text.split(/(\+| \/ )/u).map((part, index) => (index % 2 ? part : h("kbd", {}, part)));
  dialog(t("shortcuts"), {}, h("dl.keys", {}, ...t("shortcutList").flatMap(([key, what]) => [h("dt", {}, ...keys(key)), h("dd", {}, what)])));
}
