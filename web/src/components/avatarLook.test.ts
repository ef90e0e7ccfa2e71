import { expect, test } from "vitest";

import { avatarLook, HUES } from "./avatarLook";

/** Account ids as they come: 64 hex digits without a pattern. */
function accountIds(count: number): readonly string[] {
  let state = 12345;
  const digit = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return ((state >>> 16) % 16).toString(16);
  };
  return Array.from({ length: count }, () => Array.from({ length: 64 }, digit).join(""));
}

const lookOf = (id: string) => JSON.stringify(avatarLook(id));

test("eight accounts look like eight, nearly always", () => {
  const ids = accountIds(8 * 200);
  const shared = Array.from({ length: 200 }, (_, group) => {
    const looks = ids.slice(group * 8, group * 8 + 8).map(lookOf);
    return 8 - new Set(looks).size;
  });
  expect(shared.filter((count) => count > 0).length).toBeLessThan(30);
  expect(Math.max(...shared)).toBeLessThanOrEqual(2);
});

test("all hues are used alike", () => {
  const used = new Map<number, number>();
  for (const id of accountIds(3600)) {
    const { hue } = avatarLook(id);
    used.set(hue, (used.get(hue) ?? 0) + 1);
  }
  expect(used.size).toBe(HUES);
  expect(Math.min(...used.values())).toBeGreaterThan(60);
  expect(Math.max(...used.values())).toBeLessThan(150);
});

test("an account looks the same everywhere, and its neighbour does not", () => {
  expect(lookOf("a".repeat(64))).toBe(lookOf("a".repeat(64)));
  expect(lookOf(`${"a".repeat(63)}b`)).not.toBe(lookOf("a".repeat(64)));
});
