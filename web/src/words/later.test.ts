import { describe, expect, it } from "vitest";

import { dueWords, presets } from "./later";

const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime();
const THURSDAY = 26;

describe("times to send at", () => {
  it("on a morning they are in an hour, this evening, tomorrow and on Monday", () => {
    const found = presets(at(THURSDAY, 10));
    expect(found.map(({ at: time }) => time)).toEqual([
      at(THURSDAY, 11),
      at(THURSDAY, 18),
      at(THURSDAY + 1, 9),
      at(THURSDAY + 4, 9),
    ]);
  });

  it("this evening is not offered in the evening, nor Monday twice on a Sunday", () => {
    expect(presets(at(THURSDAY, 17, 45)).map(({ name }) => name)).not.toContain("This evening");
    expect(presets(at(THURSDAY + 3, 10)).map(({ name }) => name)).not.toContain("Monday morning");
  });

  it("on a Monday the next one is meant", () => {
    const monday = presets(at(30, 10)).find(({ name }) => name === "Monday morning");
    expect(monday?.at).toBe(at(37, 9));
  });

  it("every one of them lies ahead, also when clocks are changed", () => {
    for (let hour = 0; hour < 24 * 370; hour += 5) {
      const now = new Date(2026, 0, 1, hour, 20).getTime();
      expect(presets(now).every((preset) => preset.at > now)).toBe(true);
    }
  });

  it("is said as people say it", () => {
    const now = at(THURSDAY, 10);
    expect(dueWords(now + 3_200, now)).toBe("in 4 s");
    expect(dueWords(now - 1, now)).toBe("now");
    expect(dueWords(at(THURSDAY, 18), now)).toMatch(/^today at /u);
    expect(dueWords(at(THURSDAY + 1, 9), now)).toMatch(/^tomorrow at /u);
    expect(dueWords(at(THURSDAY + 4, 9), now)).toMatch(/^Monday at /u);
    expect(dueWords(at(THURSDAY + 20, 9), now)).toMatch(/December .*at /u);
  });
});
