/** How people are found and ordered by name: the server has the same rule (tests/vectors/searching.json). */
import { UNSEEN } from "./unseen";

/** They choose how a sign is drawn. */
const SELECTORS = /\p{Variation_Selector}/gu;
/** Letters that people without them on their keyboard type like this, and that no normal form takes apart. */
const SEARCHED_AS = new Map(
  "øo łl đd ðd ħh ıi ŧt æae œoe þth ßss ςσ".split(" ").map((pair) => [pair.charAt(0), pair.slice(1)]),
);
const SEARCHED_LETTERS = new RegExp(`[${[...SEARCHED_AS.keys()].join("")}]`, "gu");
/** Not the marks of other scripts: the voicing of kana, the vowels of India and Thailand make other syllables. */
const ACCENTS = new RegExp(
  [
    "\\u0300-\\u036f \\u0483-\\u0487 \\u1ab0-\\u1aff \\u1dc0-\\u1dff \\u20d0-\\u20ff \\ufe20-\\ufe2f", // Latin, Greek, Cyrillic, symbols
    "\\u0591-\\u05bd \\u05bf \\u05c1 \\u05c2 \\u05c4 \\u05c5 \\u05c7", // Hebrew points
    "\\u0610-\\u061a \\u064b-\\u065f \\u0670 \\u06d6-\\u06dc \\u06df-\\u06e4 \\u06e7 \\u06e8 \\u06ea-\\u06ed", // Arabic signs
  ]
    .flatMap((marks) => marks.split(" "))
    .map((marks) => `[${marks}]`)
    .join("|"),
  "gu",
);

/** For finding, not for telling apart: "zoe" finds Zoë. */
export function searchable(text: string): string {
  return text
    .replace(UNSEEN, "")
    .replace(SELECTORS, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(SEARCHED_LETTERS, (letter) => SEARCHED_AS.get(letter) ?? letter)
    .normalize("NFKD")
    .replace(ACCENTS, "")
    .normalize("NFC");
}

/** In the order of the server, which knows nobody's language; the same in every browser. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
