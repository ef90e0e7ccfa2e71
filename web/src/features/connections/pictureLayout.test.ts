import { expect, test } from "vitest";

import type { Way } from "../../words/paths";
import type { PictureLayout, Side } from "./pictureLayout";
import { curve, pictureLayout } from "./pictureLayout";

const crowd = (direct: number, others: number): { cid: bigint; way: Way }[] =>
  Array.from({ length: direct + others }, (_, index) => ({
    cid: BigInt(index + 1),
    way: index < direct ? "direct" : "mailbox",
  }));
const sides = ({ direct, others }: PictureLayout): readonly Side[] => [direct, others];
const WIDTHS = [320, 488, 856];

test("you stand in the middle: direct people on one side, the server and its people on the other", () => {
  for (const width of WIDTHS) {
    const layout = pictureLayout(crowd(3, 3), width);
    for (const { x } of layout.direct.people) expect(x).toBeLessThan(layout.you.x);
    expect(layout.server.x).toBeGreaterThan(layout.you.x);
    for (const { x } of layout.others.people) expect(x).toBeGreaterThan(layout.server.x);
  }
});

test.each([1, 2, 7, 8, 20, 50, 300])(
  "%i people fit in, none on top of another, and none is left out",
  (count) => {
    for (const width of WIDTHS)
      for (const direct of [0, Math.floor(count / 2), count]) {
        const layout = pictureLayout(crowd(direct, count - direct), width);
        const places = sides(layout).flatMap((side) => [
          ...side.people,
          ...(side.more === null ? [] : [side.more.place]),
        ]);
        for (const { x, y } of places) {
          expect(x).toBeGreaterThanOrEqual(12);
          expect(x).toBeLessThanOrEqual(width - 12);
          expect(y).toBeGreaterThanOrEqual(16);
          expect(y).toBeLessThanOrEqual(layout.height - 16);
        }
        expect(new Set(places.map(({ x, y }) => `${x.toFixed()} ${y.toFixed()}`)).size).toBe(places.length);
        const told = sides(layout).reduce(
          (sum, { people, more }) => sum + people.length + (more?.count ?? 0),
          0,
        );
        expect(told).toBe(count);
      }
  },
);

test("the picture keeps its height when somebody becomes direct", () => {
  for (const width of WIDTHS)
    for (const count of [1, 6, 30])
      expect(pictureLayout(crowd(0, count), width).height).toBe(pictureLayout(crowd(count, 0), width).height);
});

test("names stand beside the avatars while there is room for them", () => {
  expect(pictureLayout(crowd(3, 2), 856).direct.named).toBe(true);
  expect(pictureLayout(crowd(12, 2), 856).direct.named).toBe(false);
  expect(pictureLayout(crowd(3, 2), 320).direct.named).toBe(false);
});

test("a name of usual length is not cut wherever names are shown, and nobody stands on the server or on you", () => {
  for (const width of [480, 506, 639, 640, 856])
    for (const count of [1, 5, 40]) {
      const layout = pictureLayout(crowd(count, count), width);
      expect(layout.nameWidth).toBeGreaterThan(95);
      for (const { x } of layout.direct.people) expect(x).toBeLessThan(layout.you.x - 40);
      for (const { x } of layout.others.people) expect(x).toBeGreaterThan(layout.server.x + 38);
    }
});

test("a line begins and ends where its people are", () => {
  expect(curve({ x: 10, y: 20 }, { x: 110, y: 60 })).toBe("M10.0 20.0C60.0 20.0 60.0 60.0 110.0 60.0");
});
