// Help: shortcuts, commands and formatting.

import { h } from "../dom.js";
import { COMMANDS } from "../core/input.js";
import { RULINGS } from "../core/targets.js";
import { t } from "../i18n/index.js";
import { dialog } from "./dialogs.js";

const keys = (text) => text.split(/(\+| \/ )/u).map((part, index) => (index % 2 ? part : h("kbd", {}, part)));
const terms = (entries) => h("dl.keys", {}, ...entries.flatMap(([term, what]) => [h("dt", {}, ...term), h("dd", {}, what)]));

export function help({ mayModerate }, room) {
  const commands = mayModerate?.(room) ? [...COMMANDS, ...RULINGS] : COMMANDS;
  dialog(
    t("help"),
    { className: "wide" },
    h("h3", {}, t("shortcuts")),
    terms(t("shortcutList").map(([key, what]) => [keys(key), what])),
    h("h3", {}, t("commands")),
    terms(commands.map((name) => [[h("code", {}, `/${name} ${t("commandList")[name][0]}`.trim())], t("commandList")[name][1]])),
    h("p.hint", {}, t("commandHint")),
    h("h3", {}, t("formatting")),
    terms(t("formatList").map(([sign, what]) => [[h("code", {}, sign)], what])),
  );
}
