import { describe, expect, test } from "vitest";

import type { Cid, MessageView, Snapshot, TimelinePage, ViewEvent } from "../api/generated";
import { UNCHANGED } from "../testing/FakeChanges";
import { FakeWorld } from "../testing/FakeWorld";
import { conversationId } from "../testing/conversationId";
import type { FakeAccount } from "../testing/FakeAccount";
import type { Workspace } from "./workspace";
import { applyEvent, applyPage, applySnapshot } from "./workspace";
import type { Timeline } from "./timeline";
import { WINDOW_MESSAGES, withRoom } from "./timeline";

const ME = 17_900_000_000_000_000_001n;
const TALK = conversationId(ME, 1n);

/** Small, fast and repeatable: the same seed tells the same story. */
function generator(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const fresh = (account: FakeAccount): Snapshot => ({ ...account.snapshot(), request_id: null });

function latestPage(account: FakeAccount, peer: Cid): TimelinePage {
  return { ...account.page(conversationId(ME, peer), { limit: 10_000 }), request_id: null };
}

/** A world in which anything may happen next. */
function story(seed: number): { me: FakeAccount; happen: () => void } {
  let time = 1_000_000;
  const world = new FakeWorld(() => time++);
  const me = world.person(ME, "me", "Me", { local: true });
  const others = [1n, 2n, 3n, 4n].map((cid) =>
    world.person(cid, `p${cid.toString()}`, `Person ${cid.toString()}`),
  );
  const draw = generator(seed);
  let sent = 0;
  let revision = 0;
  const pick = (): FakeAccount => others[draw(others.length)] as FakeAccount;
  const acts: (() => void)[] = [
    () => world.requestContact(me, pick()),
    () => world.requestContact(pick(), me),
    () => {
      world.answerContact(me, pick(), draw(2) === 0);
    },
    () => {
      world.agree(me, pick());
    },
    () => {
      world.setBlocked(me, pick(), draw(2) === 0);
    },
    () => {
      world.setOnline(pick().cid, draw(2) === 0);
    },
    () => {
      world.serverGoes(draw(3) === 0 ? "away" : "online");
    },
    () => world.send(me, pick(), (sent++).toString(16).padStart(32, "0"), "hello"),
    () => world.send(pick(), me, (sent++).toString(16).padStart(32, "0"), "hello"),
    () => {
      world.readAll(me, pick(), draw(50));
    },
    () => {
      world.readAll(pick(), me, draw(50));
    },
    () => {
      world.connectDirectly(me, pick(), draw(2) === 0 ? "direct" : "relayed", draw(100));
    },
    () => {
      world.measure(me, pick(), draw(300));
    },
    () => {
      world.typing(pick(), me, draw(2) === 0);
    },
    () => {
      const slot = draw(3).toString(16).repeat(32);
      const text = draw(4) === 0 ? "" : "begun";
      me.setDraft({ conversation: conversationId(ME, pick().cid), slot, text, revision: ++revision });
    },
  ];
  return { me, happen: () => acts[draw(acts.length)]?.() };
}

describe("the screen is a fold over events", () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    "an old snapshot and the events since are a fresh snapshot (seed %i)",
    (seed) => {
      const { me, happen } = story(seed);
      for (let step = 0; step < 40; step++) happen();
      const old = fresh(me);
      let state = applySnapshot(null, old);
      for (const peer of [1n, 2n, 3n]) state = applyPage(state, latestPage(me, peer), "replace");
      for (let step = 0; step < 120; step++) happen();
      const folded = me.log.slice(old.position.sequence).reduce(applyEvent, state);
      const expected = applySnapshot(null, fresh(me));
      expect(folded.account).toEqual(expected.account);
      expect(folded.peers).toEqual(expected.peers);
      expect(folded.conversations).toEqual(expected.conversations);
      for (const peer of [1n, 2n, 3n])
        expect(folded.timelines.get(conversationId(ME, peer))?.messages).toEqual(
          latestPage(me, peer).messages,
        );
    },
  );

  test("an event that comes twice changes nothing", () => {
    const { me, happen } = story(7);
    const old = fresh(me);
    for (let step = 0; step < 100; step++) happen();
    const once = me.log.slice(old.position.sequence).reduce(applyEvent, applySnapshot(null, old));
    const last = me.log.at(-1) as ViewEvent;
    expect(applyEvent(once, last)).toEqual(once);
  });
});

function message(counter: number, device = "aa"): MessageView {
  return {
    id: `${counter.toString()} ${device}`,
    conversation: TALK,
    author: "bb".repeat(32),
    mine: false,
    kind: "chat",
    text: "",
    bytes: 0,
    status: "received",
    reason: null,
    order: [counter, device, `${counter.toString()} ${device}`],
    arrival: counter,
    written_at: 0,
    arrived_at: 0,
    shown_at: 0,
    arrived_late: false,
    seen: true,
    painted: true,
    untold: false,
    ...UNCHANGED,
  };
}

const page = (messages: readonly MessageView[], has_before: boolean, has_after: boolean): TimelinePage => ({
  cid: ME,
  request_id: null,
  conversation: TALK,
  messages,
  has_before,
  has_after,
});

function opened(...args: Parameters<typeof page>): Workspace {
  return applyPage(applySnapshot(null, fresh(story(1).me)), page(...args), "replace");
}

const counters = (state: Workspace) => state.timelines.get(TALK)?.messages.map(({ order }) => order[0]);
const arrive = (state: Workspace, view: MessageView) =>
  applyEvent(state, { type: "MessageChanged", message: view });

describe("the window of a conversation", () => {
  test("messages stand by counter, then by device, whenever they come", () => {
    let state = opened([], false, false);
    for (const view of [message(3), message(1), message(2, "bb"), message(2, "aa")])
      state = arrive(state, view);
    expect(state.timelines.get(TALK)?.messages.map(({ id }) => id)).toEqual(["1 aa", "2 aa", "2 bb", "3 aa"]);
  });

  test("what belongs before or after the loaded part is left for its page", () => {
    const state = opened([message(10), message(20)], true, true);
    expect(counters(arrive(state, message(5)))).toEqual([10, 20]);
    expect(counters(arrive(state, message(25)))).toEqual([10, 20]);
    expect(counters(arrive(state, message(15)))).toEqual([10, 15, 20]);
  });

  test("older pages join at the start, and the far end is let go beyond the limit", () => {
    const newest = Array.from({ length: WINDOW_MESSAGES }, (_, index) => message(1000 + index));
    const state = applyPage(
      opened(newest, true, false),
      page([message(998), message(999)], false, true),
      "before",
    );
    expect(counters(state)?.slice(0, 3)).toEqual([998, 999, 1000]);
    expect(state.timelines.get(TALK)).toMatchObject({ hasBefore: false, hasAfter: true });
    expect(counters(state)).toHaveLength(WINDOW_MESSAGES);
  });

  test("a full window makes room at either end, in one go, and knows that there is more", () => {
    const window = opened(
      Array.from({ length: WINDOW_MESSAGES }, (_, index) => message(index)),
      false,
      false,
    ).timelines.get(TALK) as Timeline;
    const [atStart, atEnd] = [withRoom(window, "start"), withRoom(window, "end")];
    expect(atStart).toMatchObject({ hasBefore: true, hasAfter: false });
    expect(atStart.messages).toEqual(window.messages.slice(-340));
    expect(atEnd).toMatchObject({ hasBefore: false, hasAfter: true });
    expect(atEnd.messages).toEqual(window.messages.slice(0, 340));
  });

  test("a status that an event has brought is not undone by an older page", () => {
    const state = arrive(opened([message(10)], true, false), { ...message(10), seen: false });
    const after = applyPage(state, page([message(9), message(10)], false, false), "before");
    expect(after.timelines.get(TALK)?.messages.at(-1)?.seen).toBe(false);
  });
});
