// Rows that are rare: lost messages, a log that started again, a message that was not sent, a long text, who came and left.

import { labels } from "../core/names.js";
import { button, h } from "../dom.js";
import { errorText, t } from "../i18n/index.js";
import { list } from "../i18n/list.js";
import { isolated } from "./message-row.js";

const MAX_NAMES = 5;

export const gap = ({ count }) => [t("gap", count)];

export function noteText({ changes }) {
  const names = (type) => {
    const all = changes.filter((change) => change.type === type).map((user) => isolated(labels.of(user)));
    const shown = all.length > MAX_NAMES ? [...all.slice(0, MAX_NAMES - 1), t("others", all.length - MAX_NAMES + 1)] : all;
    return shown.length && t(type === "left" ? "leftRoom" : type, list(shown));
  };
  const renames = changes.filter(({ oldName }) => oldName).map(({ oldName, name }) => t("renamed", isolated(oldName), isolated(name)));
  return [names("joined"), names("left"), ...renames].filter(Boolean).join(" · ");
}

export const reset = () => [t("reset")];

export const failed = ({ key, error }, { retry, discard }) => [
  h("b", {}, `${t("failed")} ${t("failures")[error.code] ?? errorText(error.code, error)}`),
  button(t("retry"), "text-button", () => retry(key)),
  button(t("discard"), "text-button", () => discard(key)),
];

/** How much of a long text is shown: characters, lines. */
const [FOLDED, FOLDED_LINES] = [700, 15];

/** Closes a block of code that the cut would leave open. */
function beginningOf(said) {
  const begun = said.split("\n", FOLDED_LINES).join("\n").slice(0, FOLDED).replace(/[\ud800-\udbff]$/, "");
  return begun.split("```").length % 2 ? `${begun}…` : `${begun}…\n\`\`\``;
}

/** Texts that the reader has unfolded; they stay unfolded when their row is made again. */
const unfolded = new Set();

/** A button that shows the whole of a long text, and hides it again. `content` makes the nodes of a text. */
export function fold({ text, id, said, content }) {
  const toggle = button("", "text-button fold", () => {
    unfolded[unfolded.has(id) ? "delete" : "add"](id);
    show();
  });
  text.after(toggle);
  show();

  function show() {
    const isWhole = unfolded.has(id);
    text.replaceChildren(...content(isWhole ? said : beginningOf(said)));
    text.classList.toggle("folded", !isWhole);
    toggle.ariaExpanded = isWhole;
    toggle.textContent = t(isWhole ? "fold" : "unfold");
  }
}

// A print has no buttons, so long texts are whole there.
addEventListener("beforeprint", () => document.querySelectorAll('.fold[aria-expanded="false"]').forEach((toggle) => toggle.click()));
