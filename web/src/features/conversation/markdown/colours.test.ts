import { expect, test } from "vitest";

import { coloursOf } from "./colours";

const LINE = "let a = 1;\n";

test("code has colours", () => {
  expect(coloursOf("js", "let a")).toContainEqual({ classes: "hljs-keyword", children: ["let"] });
  expect(coloursOf("JavaScript", LINE.repeat(180))).not.toBeNull();
  expect(coloursOf("klingon", "let a")).toBeNull();
});

test.each([
  ["much code", LINE.repeat(200)],
  ["a long word", "a".repeat(201)],
  ["a long line", "a ".repeat(101)],
])("%s has none: looking at it would hold up the page", (_, text) => {
  expect(coloursOf("java", text)).toBeNull();
});

test("what was drawn lately is not read again, and not for ever", () => {
  const first = coloursOf("js", "let once");
  expect(coloursOf("js", "let once")).toBe(first);
  expect(coloursOf("ts", "let once")).not.toBe(first);
  for (let other = 0; other < 200; other++) coloursOf("js", `let other${other.toString()}`);
  const again = coloursOf("js", "let once");
  expect(again).toEqual(first);
  expect(again).not.toBe(first);
});
