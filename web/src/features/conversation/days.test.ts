import { expect, test } from "vitest";

import type { MessageView } from "../../api/generated";
import { UNCHANGED } from "../../testing/FakeChanges";
import { listItems } from "./listItems";

const NOON = new Date(2026, 10, 22, 12).getTime();
const DAY = 86_400_000;

function message(number: number, shown_at: number, written_at = shown_at): MessageView {
  return {
    id: number.toString(16).padStart(32, "0"),
    conversation: "c2".repeat(16),
    author: "bb".repeat(32),
    mine: false,
    kind: "chat",
    text: "text",
    bytes: 4,
    status: "received",
    reason: null,
    order: [number, "00", number.toString(16).padStart(32, "0")],
    arrival: number,
    written_at,
    arrived_at: shown_at,
    shown_at,
    arrived_late: false,
    seen: true,
    painted: true,
    untold: false,
    ...UNCHANGED,
  };
}

const days = (messages: readonly MessageView[]) =>
  listItems(messages, null, [], { hasBefore: false, hasAfter: false }).flatMap((item) =>
    item.kind === "day" ? [item.time] : [],
  );

test("the time that the service fixed draws the days, not what a writer's clock said", () => {
  const wrong = [message(1, NOON), message(2, NOON + 1000, NOON + 4000 * DAY), message(3, NOON + 2000, 5)];
  expect(days(wrong)).toEqual([NOON]);
});

test("day lines only go forward, even when this computer's clock went back", () => {
  const messages = [NOON, NOON + DAY, NOON - 3 * DAY, NOON + DAY + 1000, NOON + 2 * DAY].map((time, index) =>
    message(index + 1, time),
  );
  expect(days(messages)).toEqual([NOON, NOON + DAY, NOON + 2 * DAY]);
});
