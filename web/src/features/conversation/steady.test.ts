import { expect, test } from "vitest";

import type { MessageView } from "../../api/generated";
import { message } from "../../testing/messageView";
import type { ListItem } from "./listItems";
import { steadyItems, steadyMessages } from "./steady";

/** Five of theirs and five of ours in turn. */
const talk = (length: number) =>
  Array.from({ length }, (_, index) => message(index, Math.floor(index / 5) % 2 === 1));
const AROUND = { hasBefore: true, hasAfter: false };

test("what is only known to be seen and painted changes nothing that is drawn", () => {
  const drawnOf = steadyMessages();
  const before = drawnOf(talk(100));
  expect(drawnOf(talk(100).map((each) => ({ ...each, seen: true, painted: true })))).toBe(before);
});

test.each<Partial<MessageView>>([
  { status: "delivered" },
  { text: "other words" },
  { reason: { code: "server_away", params: {}, acts: "retry" } },
  { shown_at: 1 },
])("a message with another %j is another one to draw, and it alone", (change) => {
  const drawnOf = steadyMessages();
  const before = drawnOf(talk(100));
  const after = drawnOf(talk(100).with(7, { ...message(7, true), ...change }));
  expect(after.flatMap((each, place) => (each === before[place] ? [] : [place]))).toEqual([7]);
});

test("a new message draws its group anew, and the one whose last status it takes over", () => {
  const itemsOf = steadyItems();
  const messages = talk(100);
  const groups = (items: readonly ListItem[]) => items.filter((item) => item.kind === "group");
  const before = groups(itemsOf(messages, null, [], AROUND));
  const after = groups(itemsOf([...messages, message(100), message(101)], null, [], AROUND));
  expect(after.filter((group) => !before.includes(group)).map(({ messages: [first] }) => first?.id)).toEqual([
    "100",
  ]);
  const sent = groups(itemsOf([...messages, message(100), message(101, true)], null, [], AROUND));
  expect(sent.filter((group) => !after.includes(group)).map(({ messages: [first] }) => first?.id)).toEqual([
    "96",
    "100",
    "101",
  ]);
});

test("the same once more is the same list", () => {
  const itemsOf = steadyItems();
  const messages = talk(100);
  const before = itemsOf(messages, [50, "aa", ""], [], AROUND);
  expect(itemsOf([...messages], [50, "aa", ""], [], AROUND)).toBe(before);
  expect(itemsOf(messages, [60, "aa", ""], [], AROUND)).not.toBe(before);
});
