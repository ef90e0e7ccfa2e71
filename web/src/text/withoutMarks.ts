/**
 * A text in one line, without the marks that format it. Only for a line that is glanced at, so only what is certain:
 * pairs of marks around words, and what begins a line. The message itself is read by a library.
 */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/^[ \t]*(?:```|~~~)[^\n]*$/gmu, ""],
  [/^[ \t]{0,3}(?:>[ \t]?|#{1,6}[ \t]+)/gmu, ""],
  [/(?<![\w*])\*\*(?=\S)([^*\n]+)(?<=\S)\*\*(?![\w*])/gu, "$1"],
  [/(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])/gu, "$1"],
  [/(?<!\w)_(?=[^\s_])([^_\n]+)(?<=\S)_(?!\w)/gu, "$1"],
  [/~~(?=\S)([^~\n]+)(?<=\S)~~/gu, "$1"],
  [/(`+)([^`\n]+)\1(?!`)/gu, "$2"],
  // The address is what a glance must not lose.
  [/!?\[([^[\]\n]+)\]\((https?:[^\s()]+)\)/gu, "$1 ($2)"],
];
/** More than any line shows. */
const LOOKED_AT = 1000;

export function withoutMarks(text: string): string {
  let line = text.slice(0, LOOKED_AT);
  for (const [mark, kept] of MARKS) line = line.replace(mark, kept);
  return line.trim() === "" ? text : line;
}
