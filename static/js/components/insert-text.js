/** Puts text in the place of a part of a field, so that undo takes it back. */
export function insertText(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  // The only way that browsers let a page write with undo.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
