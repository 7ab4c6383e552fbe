/** Replaces a part of a field in such a way that undo takes it back. */
export function insertText(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  // Browsers have no other way to write with undo.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
