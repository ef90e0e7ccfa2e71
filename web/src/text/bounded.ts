/** How much of a text is drawn. Its writer chose the size; it must neither hold up the reader nor leave its place. */

/** What is drawn of a message before somebody asks for more: about two screens. */
const BEGINNING = { characters: 4000, lines: 60 };
/** Of a whole one, at a time: a browser lays out only the parts that are in sight. */
const PART = { characters: 2000, lines: 200 };

interface Limits {
  readonly characters: number;
  readonly lines: number;
}

/** The beginning of a text; the whole of it when that is short. */
export function beginningOf(text: string): string {
  return text.slice(0, endOfPart(text, 0, BEGINNING));
}

/** A whole text in parts that follow each other on lines of their own. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = endOfPart(text, start, PART);
    parts.push(withoutLastBreak(text.slice(start, end)));
    start = end;
  }
  return parts;
}

/** The part ends its line anyhow, except where it is nothing but an empty line. */
function withoutLastBreak(part: string): string {
  return part.length > 1 && part.endsWith("\n") ? part.slice(0, -1) : part;
}

/** After a line if one ends there, else between words, else between signs. */
function endOfPart(text: string, start: number, limits: Limits): number {
  let end = start;
  for (let line = 0; line < limits.lines; line++) {
    const next = text.indexOf("\n", end);
    if (next === -1 || next >= start + limits.characters) {
      if (text.length <= start + limits.characters) return text.length;
      return end > start ? end : betweenWords(text, start, start + limits.characters);
    }
    end = next + 1;
  }
  return end;
}

function betweenWords(text: string, start: number, end: number): number {
  const blank = text.lastIndexOf(" ", end - 1);
  if (blank > start) return blank + 1;
  const splitsSign = /[\uDC00-\uDFFF]/u.test(text[end] ?? "");
  return splitsSign ? end - 1 : end;
}

/** More than any script puts on one letter; what is above is drawn over the lines around it, and takes seconds. */
const MARKS_ON_A_LETTER = /(\p{M}{8})\p{M}+/gu;

/** A text without the marks that are too many on one letter. */
export function fewMarks(text: string): string {
  return text.replace(MARKS_ON_A_LETTER, "$1");
}
