import { expect, test } from "vitest";

import text from "../../../tests/vectors/searching.json?raw";
import { compareTexts, searchable } from "./searching";

interface Vectors {
  readonly found_alike: readonly [string, string][];
  readonly found_apart: readonly [string, string][];
  readonly in_order: readonly string[];
}

const vectors = JSON.parse(text) as Vectors;

test.each(vectors.found_alike)("%s is found by %s, as at the server", (name, query) => {
  expect(searchable(name)).toBe(searchable(query));
});

test.each(vectors.found_apart)("%s is not found by %s", (name, query) => {
  expect(searchable(name)).not.toBe(searchable(query));
});

test("names are ordered as at the server", () => {
  const ordered = vectors.in_order.toSorted((a, b) => compareTexts(searchable(a), searchable(b)));
  expect(ordered).toEqual(vectors.in_order);
});
