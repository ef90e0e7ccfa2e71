import { expect, test } from "vitest";

import { beginningOf, fewMarks, partsOf } from "./bounded";

const HALF_A_SIGN = /\p{Surrogate}/u;

test("a short text is its own beginning, and one part", () => {
  for (const text of ["", "one line", "two\nlines\n", "a\n".repeat(60)]) expect(beginningOf(text)).toBe(text);
  expect(partsOf("two\nlines")).toEqual(["two\nlines"]);
});

test.each([
  ["words", "some words ".repeat(100_000)],
  ["one word", "x".repeat(1_000_000)],
  ["lines", "a\n".repeat(400_000)],
  ["signs of two code units", "😀".repeat(300_000)],
])("of a megabyte of %s a bounded beginning is drawn, and parts hold all of it", (_, text) => {
  const beginning = beginningOf(text);
  expect(text.startsWith(beginning)).toBe(true);
  expect(beginning.length).toBeLessThanOrEqual(4000);
  expect(beginning.split("\n").length).toBeLessThanOrEqual(61);
  expect(beginning).not.toMatch(HALF_A_SIGN);
  const parts = partsOf(text);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(2000);
  for (const part of parts) expect(part).not.toMatch(HALF_A_SIGN);
  expect(parts.join("").replaceAll("\n", "")).toBe(text.replaceAll("\n", ""));
});

test("a text is cut between words, and after a line", () => {
  expect(beginningOf(`${"x".repeat(3990)} ${"y".repeat(100)}`)).toBe(`${"x".repeat(3990)} `);
  expect(beginningOf(`${"x".repeat(3000)}\n${"y".repeat(3000)}`)).toBe(`${"x".repeat(3000)}\n`);
});

test("a letter keeps the marks that scripts put on it, and no heap of them", () => {
  const vietnamese = "Việt Nam".normalize("NFD");
  const hebrew = "בְּרֵאשִׁ֖ית";
  expect(fewMarks(vietnamese)).toBe(vietnamese);
  expect(fewMarks(hebrew)).toBe(hebrew);
  expect(fewMarks(`e${"\u0301".repeat(20_000)}x`)).toBe(`e${"\u0301".repeat(8)}x`);
});
