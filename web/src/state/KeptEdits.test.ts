import { beforeEach, expect, test, vi } from "vitest";

import { MemoryRecords, OneWindow } from "../testing/FakeBrowser";
import { FakeInternalService } from "../testing/FakeInternalService";
import { conversationId } from "../testing/conversationId";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { AccountSession } from "./AccountSession";

const TALK = conversationId(ANN, BOB);

beforeEach(() => {
  sessionStorage.clear();
});

async function opened(records: MemoryRecords, world = worldOfThree()) {
  const service = new FakeInternalService(world);
  const session = new AccountSession(service, ANN, { records, windows: new OneWindow("1a".repeat(16)) });
  session.start();
  await vi.waitFor(() => {
    expect(session.store.get().live).toBe(true);
    expect(session.outgoing.keepsSealed).toBe(true);
  });
  return { world, service, session };
}

test("the words of an edit come back as a draft when its page has died", async () => {
  const records = new MemoryRecords();
  const { world, session } = await opened(records);
  session.outgoing.composing.edit(TALK, "07".repeat(16), "Tea at four", false);
  session.outgoing.composing.typed(TALK, "Tea at five, and bring the plans");
  session.outgoing.seal();
  await vi.waitFor(() => {
    expect(records.all.size).toBe(1);
  });
  sessionStorage.clear();
  await opened(records, world);
  await vi.waitFor(() => {
    expect([...world.account(ANN).drafts.values()].map(({ text }) => text)).toEqual([
      "Tea at five, and bring the plans",
    ]);
    expect(records.all.size).toBe(0);
  });
});

test("an edit that lives is nobody's draft, and one that ended leaves nothing", async () => {
  const records = new MemoryRecords();
  const { world, service, session } = await opened(records);
  const { composing } = session.outgoing;
  composing.edit(TALK, "07".repeat(16), "Tea at four", false);
  composing.typed(TALK, "Tea at five");
  session.outgoing.seal();
  await vi.waitFor(() => {
    expect(records.all.size).toBe(1);
  });
  service.lose();
  service.restore();
  await vi.waitFor(() => {
    expect(session.store.get().live).toBe(true);
  });
  expect(world.account(ANN).drafts.size).toBe(0);
  expect(records.all.size).toBe(1);
  composing.end(TALK);
  await vi.waitFor(() => {
    expect(records.all.size).toBe(0);
  });
});

test("of an edit of a message that disappears nothing outlives its page", async () => {
  const records = new MemoryRecords();
  const { world, session } = await opened(records);
  const { composing } = session.outgoing;
  composing.edit(TALK, "07".repeat(16), "gone soon", true);
  composing.typed(TALK, "gone very soon");
  const other = "0c".repeat(32);
  composing.edit(other, "08".repeat(16), "stays", false);
  composing.typed(other, "stays here");
  session.outgoing.seal();
  await vi.waitFor(() => {
    expect(records.all.size).toBe(1);
  });
  composing.end(other);
  await vi.waitFor(() => {
    expect(records.all.size).toBe(0);
  });
  await opened(records, world);
  expect(world.account(ANN).drafts.size).toBe(0);
});
