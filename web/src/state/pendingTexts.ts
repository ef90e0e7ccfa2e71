/** Texts that were sent but that the internal service has not confirmed: they must neither get lost nor double. */
import type { Cid, Reason } from "../api/generated";

export interface PendingText {
  readonly messageId: string;
  readonly peer: Cid;
  readonly text: string;
  readonly writtenAt: number;
  /** Set when the service refused it; the person decides what becomes of it. */
  readonly refused: Reason | null;
}

export type PendingTexts = readonly PendingText[];

export function withPending(texts: PendingTexts, text: PendingText): PendingTexts {
  return [...texts, text];
}

export function withoutPending(texts: PendingTexts, messageId: string): PendingTexts {
  return texts.some((text) => text.messageId === messageId)
    ? texts.filter((text) => text.messageId !== messageId)
    : texts;
}

export function withRefusal(texts: PendingTexts, messageId: string, reason: Reason): PendingTexts {
  return texts.map((text) => (text.messageId === messageId ? { ...text, refused: reason } : text));
}

/** Those to hand over again, in the order in which they were written. */
export function unanswered(texts: PendingTexts): PendingTexts {
  return texts.filter((text) => text.refused === null);
}
