import { expect, test } from "vitest";

import { minutesOfTime, MUTES, mutedWords, timeOfMinutes, tomorrow } from "./notifications";

const NOON = new Date(2026, 2, 28, 12).getTime();

test("tomorrow begins at eight, also over the change of summer time", () => {
  const next = new Date(tomorrow(NOON));
  expect([next.getDate(), next.getHours(), next.getMinutes()]).toEqual([29, 8, 0]);
});

test("a mute says until when, and nothing more where somebody has to end it", () => {
  expect(mutedWords({ until: null }, NOON)).toBe("Muted");
  expect(mutedWords({ until: NOON + 3_600_000 }, NOON)).toMatch(/^Muted until \d/);
  expect(mutedWords({ until: tomorrow(NOON) }, NOON)).toMatch(/^Muted until tomorrow at /);
});

test("every offer ends later than now, or not by itself", () => {
  for (const [, until] of MUTES) expect(until(NOON) ?? Infinity).toBeGreaterThan(NOON);
});

test("time fields are read and written alike", () => {
  for (const minutes of [0, 1, 59, 60, 1319, 1439])
    expect(minutesOfTime(timeOfMinutes(minutes))).toBe(minutes);
  for (const wrong of ["", "24:00", "12:60", "noon"]) expect(minutesOfTime(wrong)).toBeNull();
});
