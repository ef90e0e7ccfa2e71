import { expect, test } from "vitest";

import { EarlySocket, HELLO } from "./EarlySocket";
import type { Update } from "./InternalService";
import type { Socket } from "./WebSocketService";
import { WebSocketService } from "./WebSocketService";
import { FakeSocket } from "../testing/FakeSocket";

const CID = 17_900_000_000_000_000_001n;
const CONVERSATION = "7a".repeat(16);
const PAGE = { cid: CID, conversation: CONVERSATION, limit: 25 };
const AT = { epoch: "e", sequence: 1 };

/** A page whose first socket was opened early and asked for an account and a conversation; `late` is what it opens next. */
function earlyPage() {
  const [first, late] = [new FakeSocket(), new FakeSocket()];
  const questions = [
    HELLO,
    { name: "Subscribe", fields: { cid: CID } },
    { name: "GetTimeline", fields: PAGE },
  ];
  const early = new EarlySocket(first, questions);
  const opening: Socket[] = [early, late];
  const begin = () =>
    new WebSocketService({
      open: () => opening.shift() as Socket,
      now: () => Date.now(),
      onWake: () => () => undefined,
      random: () => 0,
      beforePaint: (work) => {
        work();
      },
    });
  return { first, late, early, begin };
}

function answerAll(first: FakeSocket): void {
  first.respond("HelloAccepted", {
    request_id: first.idOf("Hello"),
    cid: 0n,
    service: {},
    accounts: [],
    found: [],
  });
  first.respond("Snapshot", { request_id: first.idOf("Subscribe"), cid: CID, position: AT });
  first.respond("TimelinePage", {
    request_id: first.idOf("GetTimeline"),
    cid: CID,
    conversation: CONVERSATION,
    messages: [],
  });
  const typing = { type: "TypingChanged", conversation: CONVERSATION, typing: true };
  first.respond("ViewEvents", {
    cid: CID,
    request_id: null,
    first_sequence: 2,
    position: { ...AT, sequence: 2 },
    events: [typing],
  });
}

test("all is asked with the opening, and the exact account of it", () => {
  const { first } = earlyPage();
  first.onopen?.();
  expect(first.sent.map((sent) => Object.keys(sent)[0])).toEqual(["Hello", "Subscribe", "GetTimeline"]);
  expect(first.sent[2]?.GetTimeline).toMatchObject(PAGE);
});

test("what was asked and answered before anybody listened is not asked again, and is told in its order", async () => {
  const { first, early, begin } = earlyPage();
  first.onopen?.();
  answerAll(first);
  const service = begin();
  const told: string[] = [];
  service.follow(CID, (update: Update) => {
    told.push(update.kind);
    if (update.kind === "snapshot")
      void service.request("GetTimeline", PAGE).then(() => {
        told.push("page");
      });
  });
  await early.listen();
  expect(told).toEqual(["snapshot", "page", "events"]);
  expect(first.sent).toHaveLength(3);
});

test("answers that come later are told as they come, and other questions are asked", async () => {
  const { first, early, begin } = earlyPage();
  const service = begin();
  await early.listen();
  first.onopen?.();
  first.respond("HelloAccepted", {
    request_id: first.idOf("Hello"),
    cid: 0n,
    service: {},
    accounts: [],
    found: [],
  });
  expect(service.connection().state).toBe("open");
  void service.request("GetTimeline", { ...PAGE, limit: 60 });
  void service.request("GetTimeline", PAGE);
  void service.request("GetTimeline", PAGE);
  expect(first.sent.map((sent) => sent.GetTimeline?.limit)).toEqual([undefined, undefined, 25, 60, 25]);
});

test("a socket that was closed before anybody listened is lost, and the next one is asked everything", async () => {
  const { first, late, early, begin } = earlyPage();
  first.close();
  const service = begin();
  service.follow(CID, () => undefined);
  await early.listen();
  expect(service.connection().state).toBe("lost");
  service.retryNow();
  late.onopen?.();
  late.respond("HelloAccepted", {
    request_id: late.idOf("Hello"),
    cid: 0n,
    service: {},
    accounts: [],
    found: [],
  });
  expect(late.sent.map((sent) => Object.keys(sent)[0])).toEqual(["Hello", "Subscribe"]);
});
