// The choices for a text that is too long to send.

import { messageText } from "../core/names.js";
import { splitText } from "../core/split.js";
import { button } from "../dom.js";
import { t } from "../i18n/index.js";

/**
 * Several messages, or the first part alone while the rest stays in the field: `onpick(parts, rest)`.
 *
 * @param limit  The sentence that says how much too long the text is. @param most  The most bytes of a message.
 */
export function offerParts(field, limit, most, onpick) {
  const parts = splitText(messageText(field.value).replace(/^\s*\/(?=\/)/u, ""), most);
  if (limit.querySelector("button")) return;
  const pick = (count) => {
    const said = parts.slice(0, count).filter((part) => part.trim());
    onpick(said.map((part) => part.replace(/^\n+|\s+$/g, "")), parts.slice(count).join(""));
    field.focus();
  };
  limit.append(
    button(t("sendParts", parts.length), "text-button", () => pick(parts.length)),
    button(t("sendFirst"), "text-button", () => pick(1)),
  );
}
