import { describe, expect, it } from "vitest";

import { dayOf, readQuery, timesOf, typedDay, withFilter, withoutFilter } from "./searchQuery";

const NOW = new Date(2026, 4, 20, 15, 30).getTime();
const day = (year: number, month: number, date: number) => new Date(year, month - 1, date).getTime();

describe("what is typed to find messages", () => {
  it.each([
    ["", "", []],
    ["hello there", "hello there", []],
    ["from:bea hello", "hello", ["from"]],
    ['hello from:"Bea Lindqvist" there', "hello there", ["from"]],
    ['"from:bea" hello', '"from:bea" hello', []],
    ['"open from:bea', '"open from:bea', []],
    ["HAS:Link before:2026-05-01", "", ["link", "day"]],
    ["from: has:file on:someday xfrom:bea", "from: has:file on:someday xfrom:bea", []],
    ["on:2026-02-30", "on:2026-02-30", []],
    ["http://from:80", "http://from:80", []],
  ])("%s", (typed, words, kinds) => {
    const query = readQuery(typed, NOW);
    expect([query.words, query.filters.map(({ kind }) => kind)]).toEqual([words, kinds]);
  });

  it("has days of the reader's time zone", () => {
    const times = (typed: string) => timesOf(readQuery(typed, NOW).filters);
    expect(times("on:2026-05-01")).toEqual({ from: day(2026, 5, 1), to: day(2026, 5, 2) });
    expect(times("after:2026-05-01 before:2026-05-10")).toEqual({
      from: day(2026, 5, 2),
      to: day(2026, 5, 10),
    });
    expect(times("on:today")).toEqual({ from: day(2026, 5, 20), to: day(2026, 5, 21) });
    expect(times("before:Yesterday")).toEqual({ from: null, to: day(2026, 5, 19) });
    expect(times("hello")).toEqual({ from: null, to: null });
    expect(dayOf(typedDay(NOW), NOW)).toBe(day(2026, 5, 20));
  });

  it("takes filters away and puts them in", () => {
    const query = readQuery("from:bea hello has:link", NOW);
    const [from, link] = query.filters;
    if (from === undefined || link === undefined) throw new Error("two filters");
    expect(withoutFilter("from:bea hello has:link", from)).toBe("hello has:link");
    expect(withoutFilter("from:bea hello has:link", link)).toBe("from:bea hello");
    expect(withFilter("from:bea hello", "from:carl", NOW)).toBe("hello from:carl");
    expect(withFilter("hello before:2026-05-01", "on:today", NOW)).toBe("hello on:today");
    expect(withFilter("hello before:2026-05-01", "after:2026-01-01", NOW)).toBe(
      "hello before:2026-05-01 after:2026-01-01",
    );
  });
});
