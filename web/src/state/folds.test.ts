/** The page's fold of what it is told, by the vectors that Python's fold made (tests/support/fold_vectors.py). */
import { describe, expect, test } from "vitest";

import text from "../../../tests/vectors/folds.json?raw";
import type { MessageView, Snapshot, TimelinePage } from "../api/generated";
import { decode } from "../api/json";
import { FakeWorld } from "../testing/FakeWorld";
import type { ServiceEvent, Workspace } from "./workspace";
import { applyEvent, applyPage, applySnapshot } from "./workspace";

interface Shown {
  readonly conversations: Snapshot["conversations"];
  readonly page: Pick<TimelinePage, "has_before" | "has_after" | "messages">;
}

interface Vectors {
  readonly before: Shown;
  readonly cases: readonly { readonly orders: readonly (readonly ServiceEvent[])[]; readonly shown: Shown }[];
}

const vectors = decode(text) as Vectors;

function workspaceThatShows({ conversations, page }: Shown): Workspace {
  const me = new FakeWorld(() => 1).person(7n, "alice", "Alice", { local: true });
  const [{ id: conversation } = { id: "" }] = conversations;
  const snapshot = { ...me.snapshot(), request_id: null, conversations };
  const loaded = { cid: me.cid, request_id: null, conversation, ...page };
  return applyPage(applySnapshot(null, snapshot), loaded, "replace");
}

const shownIn = ({ conversations, timelines }: Workspace) => ({
  conversations: [...conversations.values()],
  messages: [...timelines.values()].map(({ messages }) => messages satisfies readonly MessageView[]),
});

describe.each(vectors.cases)("case %#", ({ orders, shown }) => {
  test.each(orders.map((events) => ({ events })))(
    "what is told in order %# leads to what is shown",
    (order) => {
      const told = [...order.events, ...order.events.slice(-2)];
      const after = told.reduce(applyEvent, workspaceThatShows(vectors.before));
      expect(shownIn(after)).toEqual(shownIn(workspaceThatShows(shown)));
    },
  );
});
