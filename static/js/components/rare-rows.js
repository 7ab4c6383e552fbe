// Rows that are rare: lost messages, a log that started again, a message that was not sent, a long text.

import { button, h } from "../dom.js";
import { t } from "../i18n/index.js";

export const gap = ({ count }) => [t("gap", count)];

export const reset = () => [t("reset")];

export const failed = ({ key, error: { code } }, { retry, discard }) => [
  h("b", {}, `${t("failed")} ${t("failures")[code] ?? t("errorOther", code)}`),
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
