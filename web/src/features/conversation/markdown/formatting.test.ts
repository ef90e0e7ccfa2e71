import { expect, test } from "vitest";

import { linksIn } from "../../../text/links";
import { mayHoldLinks } from "./formatting";

test.each([
  "HTTPS://Example.org",
  "see http://a.example",
  "WWW.example.org",
  "mailto:ann@a.example",
  "ann@a.example",
])("%s is looked at by the code that finds addresses", (text) => {
  expect(linksIn(text, 1)).toHaveLength(1);
  expect(mayHoldLinks(text)).toBe(true);
});

test("words alone need none of it", () => {
  expect(mayHoldLinks("See notes.py, //a.example or example.org at 12:30")).toBe(false);
});
