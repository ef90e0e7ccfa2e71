import { expect, test } from "vitest";

import { message } from "../../testing/messageView";
import type { ListItem } from "./listItems";
import { listItems } from "./listItems";

const all = Array.from({ length: 500 }, (_, index) => message(index));
const window = (from: number) =>
  listItems(all.slice(from, from + 400), null, [], { hasBefore: true, hasAfter: false });
const groups = (items: readonly ListItem[]) => items.filter((item) => item.kind === "group");
const keys = (items: readonly ListItem[]) => groups(items).map(({ key }) => key);

test("what one person says without a pause is drawn in groups of bounded size", () => {
  expect(Math.max(...groups(window(0)).map(({ messages }) => messages.length))).toBe(32);
});

test("a full window that takes in a message keeps its groups, but for those at its ends", () => {
  let before = keys(window(0));
  for (let from = 1; from < 100; from++) {
    const now = keys(window(from));
    const anew = now.filter((key) => !before.includes(key));
    // At most the group of the new message, and the one that has become the first.
    expect(anew.length).toBeLessThanOrEqual(2);
    expect(now.length).toBeGreaterThan(10);
    before = now;
  }
});
