import { expect, test } from "vitest";

import { sharing } from "./sharing";

const BEFORE = {
  cid: 5n,
  unread: 0,
  link: { state: "online", since: 7, reason: null },
  names: ["a", { b: 1 }],
};

test("what is said again is the object that is known already", () => {
  expect(sharing(BEFORE, structuredClone(BEFORE))).toBe(BEFORE);
});

test("what is new is new, and around it nothing but what holds it", () => {
  const now = sharing(BEFORE, { ...structuredClone(BEFORE), unread: 1 });
  expect(now).toEqual({ ...BEFORE, unread: 1 });
  expect(now.link).toBe(BEFORE.link);
  const changed = sharing(BEFORE, { ...structuredClone(BEFORE), names: ["a", { b: 2 }, "c"] });
  expect(changed.names).toEqual(["a", { b: 2 }, "c"]);
});

test("a part that is gone, or of another kind, is not taken from before", () => {
  expect(sharing<unknown>({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
  expect(sharing<unknown>({ a: null }, { a: undefined })).toEqual({ a: undefined });
  expect(sharing<unknown>({ b: undefined }, { a: undefined })).toEqual({ a: undefined });
  expect(sharing<unknown>({ 0: "a" }, ["a"])).toEqual(["a"]);
  expect(sharing<unknown>(null, { a: 1 })).toEqual({ a: 1 });
});
