import { expect, test, vi } from "vitest";

import { conversationId } from "../testing/conversationId";
import { MemoryRecords, OneWindow } from "../testing/FakeBrowser";
import { FakeInternalService } from "../testing/FakeInternalService";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { AccountSession } from "./AccountSession";
import { thisBrowser } from "./browser";
import { firstPageMessages } from "./firstPage";
import type { KeptText } from "./SealedWords";
import { SealedWords } from "./SealedWords";

const TALK = conversationId(ANN, BOB);
const WITH_BOB = { kind: "conversation", conversation: TALK } as const;

function longConversation() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 200; number++)
    world.send(ann, bob, number.toString(16).padStart(32, "0"), `line ${number.toString()}`);
  const service = new FakeInternalService(world);
  const session = new AccountSession(service, ANN, thisBrowser());
  const pages = () => service.asked.filter(({ name }) => name === "GetTimeline").length;
  const messages = () => session.store.get().workspace?.timelines.get(TALK)?.messages ?? [];
  return { world, service, session, pages, messages };
}

test("all that the address shows is there before anybody looks, and is not asked for again when somebody does", async () => {
  const { session, pages, messages } = longConversation();
  await session.expect(WITH_BOB);
  expect(messages()).toHaveLength(firstPageMessages());
  session.start();
  session.pages.open(TALK);
  await Promise.resolve();
  expect(pages()).toBe(1);
});

test("what fills the window is drawn first, and the rest of a page comes when it has been painted", async () => {
  const { session, pages, messages } = longConversation();
  await session.expect(WITH_BOB);
  expect(pages()).toBe(1);
  await vi.waitFor(() => {
    expect(messages()).toHaveLength(firstPageMessages() + 60);
  });
  expect(messages().at(-1)?.text).toBe("line 199");
});

test("an account that is not open is not followed on, and whoever opens it begins anew", async () => {
  const { world, session } = longConversation();
  const ann = world.account(ANN);
  ann.state = "signed_out";
  await session.expect(WITH_BOB);
  expect(session.store.get()).toMatchObject({
    workspace: null,
    refused: { code: "signed_out" },
    live: false,
  });
  ann.state = "active";
  session.start();
  expect(session.store.get().refused).toBeNull();
  await vi.waitFor(() => {
    expect(session.store.get()).toMatchObject({ live: true, refused: null });
    expect(session.store.get().workspace).not.toBeNull();
  });
});

test("what the service did not take is not called read", async () => {
  const { service, session, messages } = longConversation();
  await session.expect(WITH_BOB);
  const painted = messages().map(({ id }) => id);
  expect(await session.markRead(TALK, painted, 0)).toBe(true);
  service.refuseNext("MarkRead", { code: "signed_out", params: {}, acts: "user" });
  expect(await session.markRead(TALK, painted, 0)).toBe(false);
});

test("words that are written and not sent are in hand", async () => {
  const { session } = longConversation();
  await session.expect(WITH_BOB);
  expect(session.outgoing.wordsInHand()).toBe(false);
  session.outgoing.drafts.typed(TALK, "begun");
  expect(session.outgoing.wordsInHand()).toBe(true);
});

test("a text that an earlier page kept by the other one's cid goes into their conversation", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  const records = new MemoryRecords();
  const sealed = new SealedWords(records, ANN);
  await sealed.unlock(ann.browserKey);
  const messageId = "5e".repeat(16);
  const rest = { text: "precious", writtenAt: 1, refused: null, draft: null };
  await sealed.keep(messageId, {
    kind: "text",
    messageId,
    peer: BOB.toString(),
    ...rest,
  } as unknown as KeptText);
  const browser = { records, windows: new OneWindow("1a".repeat(16)) };
  new AccountSession(new FakeInternalService(world), ANN, browser).start();
  await vi.waitFor(() => {
    expect(bob.saidWith(ANN)?.map(({ id, text }) => [id, text])).toEqual([[messageId, "precious"]]);
    expect(records.all.size).toBe(0);
  });
});
