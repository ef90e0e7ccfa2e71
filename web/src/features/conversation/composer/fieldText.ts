/** Changes to what stands in a field, as steps that the browser can undo. */

/** In place of what is selected. The field's own listeners hear of it, as of a key. */
export function insertText(field: HTMLTextAreaElement, text: string): void {
  field.focus({ preventScroll: true });
  // Deprecated, and the only way that keeps the undo of the browser: nothing has come in its place.
  const command = text === "" ? "delete" : "insertText";
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (document.execCommand(command, false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}

export function replaceText(field: HTMLTextAreaElement, start: number, end: number, text: string): void {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  insertText(field, text);
}
