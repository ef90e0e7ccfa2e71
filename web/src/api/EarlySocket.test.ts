import { expect, test } from "vitest";

import { EarlySocket, HELLO } from "./EarlySocket";
import type { Update } from "./InternalService";
import { decode, encode } from "./json";
import type { Socket } from "./WebSocketService";
import { WebSocketService } from "./WebSocketService";

const CID = 17_900_000_000_000_000_001n;
const PEER = 7n;
const PAGE = { cid: CID, peer_cid: PEER, limit: 25 };
const AT = { epoch: "e", sequence: 1 };

type Sent = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Sent[] = [];

  send(text: string): void {
    this.sent.push((decode(text) as { Request: Sent }).Request);
  }

  close(): void {
    this.onclose?.();
  }

  /** To the only request of this name. */
  answer(request: string, response: string, fields: object): void {
    const asked = this.sent.find((sent) => request in sent)?.[request];
    this.say(response, { request_id: asked?.request_id, ...fields });
  }

  say(response: string, fields: object): void {
    this.onmessage?.({ data: encode({ Response: { [response]: fields } }) });
  }
}

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
  first.answer("Hello", "HelloAccepted", { cid: 0n, service: {}, accounts: [], found: [] });
  first.answer("Subscribe", "Snapshot", { cid: CID, position: AT });
  first.answer("GetTimeline", "TimelinePage", { cid: CID, peer_cid: PEER, messages: [] });
  const typing = { type: "TypingChanged", peer_cid: PEER, typing: true };
  first.say("ViewEvents", {
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
  first.answer("Hello", "HelloAccepted", { cid: 0n, service: {}, accounts: [], found: [] });
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
  late.answer("Hello", "HelloAccepted", { cid: 0n, service: {}, accounts: [], found: [] });
  expect(late.sent.map((sent) => Object.keys(sent)[0])).toEqual(["Hello", "Subscribe"]);
});
