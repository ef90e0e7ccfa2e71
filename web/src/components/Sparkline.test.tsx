import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { Sparkline, sparkLines } from "./Sparkline";

const SIZE = [120, 24] as const;

test("the newest is at the right edge, and a new line begins there", () => {
  const [line] = sparkLines([[], [10, 10]], 60, SIZE);
  expect(line?.at(-1)?.[0]).toBeCloseTo(117.5);
  expect(line?.[0]?.[0]).toBeGreaterThan(110);
});

test("a gap is left where something changed", () => {
  const lines = sparkLines(
    [
      [80, 82],
      [9, 12, 30],
    ],
    60,
    SIZE,
  );
  expect(lines.map((line) => line.length)).toEqual([2, 3]);
});

test("a steady number is a calm line at half the height, and nothing leaves the frame", () => {
  const [calm] = sparkLines([[12, 12, 12]], 60, SIZE);
  for (const [, y] of calm ?? []) expect(y).toBeCloseTo(12);
  for (const line of sparkLines([[9000], [1, 2, 500, 0]], 60, SIZE))
    for (const [x, y] of line) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(24);
    }
});

test("what is seen is also said", () => {
  render(
    <Sparkline parts={[[9, 12, 30]]} places={60} label="Round trip median 12 ms, between 9 and 30 ms" />,
  );
  expect(screen.getByRole("img", { name: /median 12 ms/ })).toBeVisible();
});
