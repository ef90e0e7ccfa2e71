/** Marks around what is selected, and lists that go on: what keys and the toolbar do to a text. */
import type { Pressed } from "../../../state/keys";
import { isPressed } from "../../../state/keys";
import { insertText, replaceText } from "./fieldText";

export type MarkName = "bold" | "italic" | "strike" | "code" | "link";

interface Mark {
  readonly name: MarkName;
  /** Around the selection; a link is more than that. */
  readonly sign: string;
}

/** Each has a key of its name. */
export const MARKS: readonly Mark[] = [
  { name: "bold", sign: "**" },
  { name: "italic", sign: "_" },
  { name: "strike", sign: "~~" },
  { name: "code", sign: "`" },
  { name: "link", sign: "" },
];

/** What these keys mean; undefined if nothing. */
export function markOf(pressed: Pressed): MarkName | undefined {
  return MARKS.find(({ name }) => isPressed(name, pressed))?.name;
}

/** Puts the mark there, or takes it away where it is. */
export function toggleMark(field: HTMLTextAreaElement, name: MarkName): void {
  const { value } = field;
  let { selectionStart: start, selectionEnd: end } = field;
  if (name === "link") {
    link(field);
    return;
  }
  // Blanks at the ends are outside: marks beside them mean nothing.
  while (start < end && /\s/u.test(value.charAt(start))) start++;
  while (end > start && /\s/u.test(value.charAt(end - 1))) end--;
  const words = value.slice(start, end);
  if (name === "code" && words.includes("\n")) {
    replaceText(field, start, end, `\`\`\`\n${words}\n\`\`\``);
    return;
  }
  const sign = MARKS.find((mark) => mark.name === name)?.sign ?? "";
  const size = sign.length;
  if (value.slice(start - size, start) === sign && value.slice(end, end + size) === sign && start >= size) {
    replaceText(field, start - size, end + size, words);
    field.setSelectionRange(start - size, end - size);
  } else if (words.length > 2 * size && words.startsWith(sign) && words.endsWith(sign)) {
    replaceText(field, start, end, words.slice(size, -size));
    field.setSelectionRange(start, end - 2 * size);
  } else {
    replaceText(field, start, end, `${sign}${words}${sign}`);
    field.setSelectionRange(start + size, end + size);
  }
}

/** The words stay, and the place for the address is selected; of an address the place for the words. */
function link(field: HTMLTextAreaElement): void {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const words = value.slice(start, end).trim();
  if (/^https?:\/\/\S+$/iu.test(words)) {
    replaceText(field, start, end, `[](${words})`);
    field.setSelectionRange(start + 1, start + 1);
  } else {
    const address = "https://";
    replaceText(field, start, end, `[${words}](${address})`);
    const at = start + words.length + 3;
    field.setSelectionRange(words === "" ? start + 1 : at, words === "" ? start + 1 : at + address.length);
  }
}

const ITEM = /^([ \t]*)([-*+]|(\d{1,9})([.)]))([ \t]+)(\[[ xX]\][ \t]+)?/u;

/** Begins the next item of a list, or ends the list at an item without words. False: it is a line like others. */
export function continueList(field: HTMLTextAreaElement): boolean {
  const { value, selectionStart: start, selectionEnd: end } = field;
  if (start !== end) return false;
  const lineStart = value.lastIndexOf("\n", start - 1) + 1;
  const line = value.slice(lineStart, start);
  const item = ITEM.exec(line);
  if (item === null) return false;
  const [whole, indent = "", mark = "", number, after = "", blank = "", task] = item;
  if (whole === line) replaceText(field, lineStart, start, "");
  else {
    const next = number === undefined ? mark : `${(Number(number) + 1).toString()}${after}`;
    insertText(field, `\n${indent}${next}${blank}${task === undefined ? "" : "[ ] "}`);
  }
  return true;
}
