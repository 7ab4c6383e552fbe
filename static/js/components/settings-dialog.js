// Name, language, appearance; and the list of shortcuts.

import { button, h } from "../dom.js";
import { language, languages, switchLanguage, t } from "../i18n/index.js";
import { write } from "../storage.js";
import { choice, dialog, submit } from "./dialogs.js";
import { nameField } from "./fields.js";

export function settings(app, limits) {
  const field = nameField("settings-name", limits, app.name);
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
    h("div", { class: "dialog-head" }, button(t("shortcuts"), "text-button", shortcuts), submit(t("save"))),
  );
}

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  write("theme", theme);
}

export function shortcuts() {
  const keys = (text) => text.split(/(\+| \/ )/u).map((part, index) => (index % 2 ? part : h("kbd", {}, part)));
  dialog(t("shortcuts"), {}, h("dl", { class: "keys" }, ...t("shortcutList").flatMap(([key, what]) => [h("dt", {}, ...keys(key)), h("dd", {}, what)])));
}
