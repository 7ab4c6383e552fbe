// What is offered for a text that is too long.

import { messageText } from "../core/names.js";
import { splitText } from "../core/split.js";
import { button } from "../dom.js";
import { t } from "../i18n/index.js";

/** In several messages, or the first part alone while the rest stays in the field: `onpick(parts, rest)`. */
export function partButtons(text, most, onpick) {
  const parts = splitText(messageText(text).replace(/^\s*\/(?=\/)/u, ""), most);
  const pick = (count) => {
    const said = parts.slice(0, count).filter((part) => part.trim());
    onpick(said.map((part) => part.replace(/^\n+|\s+$/g, "")), parts.slice(count).join(""));
  };
  return [
    button(t("sendParts", parts.length), "text-button", () => pick(parts.length)),
    button(t("sendFirst"), "text-button", () => pick(1)),
  ];
}
