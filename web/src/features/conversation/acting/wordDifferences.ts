/** What was changed between two versions of a text, word by word. */

export interface Piece {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** Beyond this many comparisons both are shown whole: nobody reads the differences of two books. */
const MOST_COMPARED = 1_000_000;

export function wordDifferences(before: string, now: string): readonly Piece[] {
  const [old, fresh] = [wordsOf(before), wordsOf(now)];
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end++;
  const pieces: Piece[] = [];
  const add = (kind: Piece["kind"], words: readonly string[]) => {
    const last = pieces.at(-1);
    if (words.length === 0) return;
    if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + words.join("") };
    else pieces.push({ kind, text: words.join("") });
  };
  add("same", old.slice(0, start));
  compare(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end), add);
  add("same", old.slice(old.length - end));
  return pieces;
}

/** The longest common part of both, by the table that everybody knows. */
function compare(
  old: readonly string[],
  fresh: readonly string[],
  add: (kind: Piece["kind"], words: readonly string[]) => void,
): void {
  const width = fresh.length + 1;
  if (old.length * fresh.length > MOST_COMPARED) {
    add("gone", old);
    add("new", fresh);
    return;
  }
  const common = new Uint16Array((old.length + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--)
    for (let column = fresh.length - 1; column >= 0; column--)
      common[row * width + column] =
        old[row] === fresh[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  let [row, column] = [0, 0];
  while (row < old.length && column < fresh.length) {
    const [gone, added] = [old.slice(row, row + 1), fresh.slice(column, column + 1)];
    if (gone[0] === added[0]) {
      add("same", gone);
      row++;
      column++;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      add("gone", gone);
      row++;
    } else {
      add("new", added);
      column++;
    }
  }
  add("gone", old.slice(row));
  add("new", fresh.slice(column));
}

/** Spaces and signs are words of their own. Scripts without spaces are compared by the character. */
function wordsOf(text: string): readonly string[] {
  return (
    text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}_]+|\s+|./gsu) ?? []
  );
}
