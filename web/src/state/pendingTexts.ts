/** Texts that were sent but that the internal service has not confirmed: they must neither get lost nor double. */
import type { LinkPreviewView, MessageReference, Reason } from "../api/generated";
import type { DraftOrigin } from "./SealedWords";

export interface PendingText {
  readonly messageId: string;
  readonly conversation: string;
  readonly text: string;
  readonly writtenAt: number;
  /** Set when the service refused it; the person decides what becomes of it. */
  readonly refused: Reason | null;
  /** When it is to go (Unix milliseconds); null: at once. */
  readonly dueAt: number | null;
  /** The draft that it was: it goes with the message. */
  readonly draft: DraftOrigin | null;
  /** The message that it answers. */
  readonly replyTo: MessageReference | null;
  /** Of a link in it. */
  readonly preview: LinkPreviewView | null;
  /** It lies sealed in this browser, and outlives the page. */
  readonly sealed: boolean;
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

export function withChange(
  texts: PendingTexts,
  messageId: string,
  change: Partial<Pick<PendingText, "refused" | "sealed">>,
): PendingTexts {
  return texts.map((text) => (text.messageId === messageId ? { ...text, ...change } : text));
}

/** Those to hand over again, in the order in which they were written. What time alone can change is tried again. */
export function unanswered(texts: PendingTexts): PendingTexts {
  return texts.filter((text) => text.refused === null || text.refused.acts === "retry");
}
