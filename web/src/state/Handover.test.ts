import { expect, test } from "vitest";

import { MemoryRecords } from "../testing/FakeBrowser";
import { Handover } from "./Handover";
import type { KeptText } from "./SealedWords";
import { SealedWords } from "./SealedWords";

test("a text that an earlier page sealed is said to lie in this browser before the service has answered", () => {
  const silent = () => new Promise<never>(() => undefined);
  const handover = new Handover(silent, new SealedWords(new MemoryRecords(), 1n), () => undefined);
  const kept: KeptText = {
    kind: "text",
    messageId: "5e".repeat(16),
    conversation: "aa".repeat(16),
    text: "precious",
    writtenAt: 1,
    refused: null,
    draft: null,
  };
  handover.found([kept]);
  expect(handover.texts.get()).toMatchObject([{ text: "precious", sealed: true }]);
});

test("what a sealed text answers is handed over with it", async () => {
  const records = new MemoryRecords();
  const replyTo = { author: "bb".repeat(32), id: "07".repeat(16) };
  const sealed = new SealedWords(records, 1n);
  await sealed.unlock({ hex: "ab".repeat(32) });
  const gone = new Handover(
    () => Promise.reject(new Error("gone")),
    sealed,
    () => undefined,
  );
  gone.send("aa".repeat(16), "precious", null, replyTo);
  await expect.poll(() => records.all.size).toBe(1);

  const asked: unknown[] = [];
  const later = new Handover(
    (fields) => {
      asked.push(fields);
      return new Promise<never>(() => undefined);
    },
    sealed,
    () => undefined,
  );
  later.found((await sealed.all()).map(({ words }) => words as KeptText));
  expect(asked).toMatchObject([{ text: "precious", reply_to: replyTo }]);
});
