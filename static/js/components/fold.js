// A button that shows the whole of a long text, and hides it again.

import { button } from "../dom.js";
import { t } from "../i18n/index.js";

/** @param unfolded  The ids of those that are shown as a whole. @param content  Makes the nodes of all or of the beginning. */
export function addFold(text, id, unfolded, content) {
  const toggle = button("", "text-button fold", () => {
    unfolded[unfolded.has(id) ? "delete" : "add"](id);
    text.replaceChildren(...content(unfolded.has(id)));
    show();
  });
  text.after(toggle);
  show();

  function show() {
    text.classList.toggle("folded", !unfolded.has(id));
    toggle.ariaExpanded = unfolded.has(id);
    toggle.textContent = t(unfolded.has(id) ? "fold" : "unfold");
  }
}

// Paper has no buttons.
addEventListener("beforeprint", () => document.querySelectorAll('.fold[aria-expanded="false"]').forEach((toggle) => toggle.click()));
