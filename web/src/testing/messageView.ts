/** A message as the service shows it, for tests of what is made of many: new, at `counter` in the order. */
import type { MessageView } from "../api/generated";
import { UNCHANGED } from "./FakeChanges";

export const message = (counter: number, mine = false): MessageView => ({
  id: counter.toString(),
  conversation: "c1".repeat(16),
  author: (mine ? "aa" : "bb").repeat(32),
  mine,
  kind: "chat",
  text: "words",
  bytes: 5,
  status: mine ? "sent" : "received",
  reason: null,
  order: [counter, "aa", counter.toString()],
  arrival: counter,
  written_at: counter,
  arrived_at: counter,
  shown_at: counter,
  arrived_late: false,
  seen: false,
  painted: false,
  untold: false,
  ...UNCHANGED,
});
