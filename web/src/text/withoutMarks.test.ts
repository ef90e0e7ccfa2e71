import { expect, test } from "vitest";

import { withoutMarks } from "./withoutMarks";

test.each([
  ["**Bold** and *slanted* and _so_", "Bold and slanted and so"],
  ["~~gone~~ and `code`", "gone and code"],
  ["> quoted\n# title", "quoted\ntitle"],
  ["```py\nprint(a*b*c)\n```", "\nprint(a*b*c)\n"],
  ["[here](https://example.org)", "here (https://example.org)"],
])("%j is %j at a glance", (text, line) => {
  expect(withoutMarks(text)).toBe(line);
});

test.each(["snake_case_name", "2*3*4", "a * b * c", "__init__", "5 > 3", "~5", "***", "```", "- a"])(
  "%j stays",
  (text) => {
    expect(withoutMarks(text)).toBe(text);
  },
);

test.each(["*a", "_a", "`a", "[a](", "~~a", "**a**b", "> "])("much of %j is no work", (text) => {
  expect(withoutMarks(text.repeat(100_000)).length).toBeGreaterThan(0);
});
