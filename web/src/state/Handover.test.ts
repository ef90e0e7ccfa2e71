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
