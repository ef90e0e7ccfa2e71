/** Where everybody stands in the picture: direct people on one side of you, the server and its people on the other. */
import type { Cid } from "../../api/generated";
import type { Way } from "../../words/paths";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PersonPlace extends Point {
  readonly cid: Cid;
  readonly way: Way;
}

export interface Side {
  readonly people: readonly PersonPlace[];
  /** Too many to draw; told as a number at its place. */
  readonly more: { readonly count: number; readonly place: Point } | null;
  /** Names are beside the avatars while there is room for them. */
  readonly named: boolean;
}

export interface PictureLayout {
  readonly height: number;
  readonly you: Point;
  readonly server: Point;
  readonly direct: Side;
  readonly others: Side;
  /** Room for a name beside its avatar. */
  readonly nameWidth: number;
  /** Room for more than a word under the server. */
  readonly roomy: boolean;
}

/** As parts of the width. Names stand outside of their people; a crowd without names stands further out itself. */
interface Columns {
  readonly you: number;
  readonly server: number;
  readonly direct: { readonly named: number; readonly crowd: number };
  readonly others: { readonly named: number; readonly crowd: number };
}
const WIDE: Columns = {
  you: 0.43,
  server: 0.585,
  direct: { named: 0.235, crowd: 0.2 },
  others: { named: 0.755, crowd: 0.8 },
};
/** The lines are shorter, so that names are not cut. */
const NARROW: Columns = {
  you: 0.435,
  server: 0.575,
  direct: { named: 0.29, crowd: 0.17 },
  others: { named: 0.71, crowd: 0.83 },
};
const WITHOUT_NAMES: Columns = {
  you: 0.385,
  server: 0.57,
  direct: { named: 0.16, crowd: 0.16 },
  others: { named: 0.84, crowd: 0.84 },
};
const NAMED_ROW = 46;
const CROWDED = 30;
const MOST_NAMED = 7;
const MOST_UNNAMED = 10;
/** Few people do not crowd together in the middle. */
const WIDEST_ROW = 60;
const MARGIN = 36;
const LEAST_HEIGHT = 208;
const NARROWEST_WITH_NAMES = 480;
const WIDE_FROM = 640;
const HALF_A_SIDE = 0.15;
const AVATAR_AND_GAP = 28;

/** The height follows from how many there are, not from how they are reached: nothing moves below the picture. */
export function pictureLayout(
  people: readonly { readonly cid: Cid; readonly way: Way }[],
  width: number,
): PictureLayout {
  const named = width >= NARROWEST_WITH_NAMES;
  const columns = width >= WIDE_FROM ? WIDE : named ? NARROW : WITHOUT_NAMES;
  const rows = Math.min(people.length, named ? MOST_NAMED : MOST_UNNAMED);
  const row = named ? NAMED_ROW : CROWDED;
  const height = Math.max(LEAST_HEIGHT, (rows - 1) * row + 2 * MARGIN);
  const area = { width, height };
  return {
    height,
    you: { x: columns.you * width, y: height / 2 },
    server: { x: columns.server * width, y: height / 2 },
    direct: side(
      people.filter(({ way }) => way === "direct"),
      columns.direct,
      area,
    ),
    others: side(
      people.filter(({ way }) => way !== "direct"),
      columns.others,
      area,
    ),
    nameWidth: columns.direct.named * width - AVATAR_AND_GAP - 12,
    roomy: width >= WIDE_FROM,
  };
}

/** A gentle curve that leaves and arrives level. */
export function curve(from: Point, to: Point): string {
  const middle = (from.x + to.x) / 2;
  const numbers = [middle, from.y, middle, to.y, to.x, to.y].map((number) => number.toFixed(1));
  return `M${from.x.toFixed(1)} ${from.y.toFixed(1)}C${numbers.join(" ")}`;
}

function side(
  people: readonly { readonly cid: Cid; readonly way: Way }[],
  column: Columns["direct"],
  { width, height }: { readonly width: number; readonly height: number },
): Side {
  const named = people.length <= MOST_NAMED && width >= NARROWEST_WITH_NAMES;
  const room = height - 2 * MARGIN;
  const step = named
    ? Math.min(WIDEST_ROW, Math.max(NAMED_ROW, room / Math.max(1, people.length - 1)))
    : CROWDED;
  const rowsThatFit = Math.max(1, Math.floor(room / step) + 1);
  const columnsThatFit = named ? 1 : Math.max(1, Math.floor((2 * HALF_A_SIDE * width) / step));
  const fitting = rowsThatFit * columnsThatFit;
  const drawn = people.length > fitting ? people.slice(0, fitting - 1) : people;
  const left = people.length - drawn.length;
  const count = drawn.length + (left > 0 ? 1 : 0);
  const columns = Math.ceil(count / rowsThatFit);
  const rows = Math.ceil(count / Math.max(1, columns));
  const placeOf = (index: number): Point => ({
    x: (named ? column.named : column.crowd) * width + (Math.floor(index / rows) - (columns - 1) / 2) * step,
    y: height / 2 + ((index % rows) - (Math.min(rows, count) - 1) / 2) * step,
  });
  return {
    people: drawn.map((person, index) => ({ ...person, ...placeOf(index) })),
    more: left > 0 ? { count: left, place: placeOf(drawn.length) } : null,
    named,
  };
}
