import { expect, test } from "vitest";

import { isInView, ScreenTime } from "./screenTime";

const WINDOW = { top: 100, bottom: 700 };

test.each([
  [{ top: 200, bottom: 260 }, true],
  [{ top: 80, bottom: 120 }, true],
  [{ top: 79, bottom: 119 }, false],
  [{ top: 680, bottom: 720 }, true],
  [{ top: 681, bottom: 721 }, false],
  [{ top: 0, bottom: 90 }, false],
  [{ top: -5000, bottom: 400 }, true],
  [{ top: -5000, bottom: 399 }, false],
  [{ top: 0, bottom: 9000 }, true],
  [{ top: 300, bottom: 300 }, false],
])("half of %o in a window from 100 to 700: %s", (row, inView) => {
  expect(isInView(row, WINDOW)).toBe(inView);
});

test("painted is what stayed for half a second", () => {
  const time = new ScreenTime();
  expect(time.look(["one", "two"], 0)).toEqual([]);
  expect(time.look(["one", "two"], 499)).toEqual([]);
  expect(time.look(["one", "two", "three"], 500)).toEqual(["one", "two"]);
});

test("what left and came back begins anew, and so does everything when nobody looked", () => {
  const time = new ScreenTime();
  time.look(["one", "two"], 0);
  time.look(["two"], 300);
  expect(time.look(["one", "two"], 600)).toEqual(["two"]);
  time.stop();
  expect(time.look(["one", "two"], 700)).toEqual([]);
});

test("the next look is when the next of them will have been there for long enough", () => {
  const time = new ScreenTime();
  expect(time.next([], 0)).toBeNull();
  time.look(["one"], 0);
  time.look(["one", "two"], 200);
  expect(time.next([], 200)).toBe(300);
  expect(time.next(time.look(["one", "two"], 510), 510)).toBe(190);
  expect(time.next(["one", "two"], 700)).toBeNull();
});
