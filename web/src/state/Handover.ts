/** Brings sent texts into the service: each once, in order, and none is lost while it does not answer. */
import type { LinkPreviewView, MessageReference, MessageView } from "../api/generated";
import { newMessageId } from "../api/identifiers";
import type { Answers, RequestFields } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import type { PendingText, PendingTexts } from "./pendingTexts";
import { unanswered, withChange, withoutPending, withPending } from "./pendingTexts";
import type { DraftOrigin, KeptText, SealedWords } from "./SealedWords";
import { WritableStore } from "./store";

/** An answer takes a few: what takes longer is sealed meanwhile. */
const SOON_MILLISECONDS = 300;
/** What the service cannot take just now is offered to it again. */
const AGAIN_MILLISECONDS = 5000;
/** The account is closed, not the words refused: they are handed over when it is open again. */
const NOT_OPEN = new Set(["signed_out", "no_session"]);

export type ChatSender = (fields: Omit<RequestFields<"SendChat">, "cid">) => Promise<Answers["SendChat"]>;

export class Handover {
  readonly texts = new WritableStore<PendingTexts>([]);
  private readonly underWay = new Set<string>();

  constructor(
    private readonly sendChat: ChatSender,
    private readonly sealed: SealedWords,
    private readonly confirmed: (message: MessageView) => void,
  ) {}

  send(
    conversation: string,
    text: string,
    draft: DraftOrigin | null,
    replyTo: MessageReference | null = null,
    dueAt: number | null = null,
    preview: LinkPreviewView | null = null,
  ): void {
    const writtenAt = Date.now();
    const made = { messageId: newMessageId(), writtenAt, refused: null, sealed: false };
    const pending = { ...made, conversation, text, draft, replyTo, dueAt, preview };
    this.texts.update((texts) => withPending(texts, pending));
    this.handOver(pending);
    setTimeout(() => {
      this.seal(pending.messageId);
    }, SOON_MILLISECONDS);
  }

  sendAgain(messageId: string): void {
    const again = this.find(messageId);
    if (again === undefined) return;
    const fresh = { ...again, refused: null };
    this.texts.update((texts) => withPending(withoutPending(texts, messageId), fresh));
    this.handOver(fresh);
  }

  /** It is a message, or nobody wants it to become one. */
  drop(messageId: string): void {
    if (this.find(messageId) === undefined) return;
    this.texts.update((texts) => withoutPending(texts, messageId));
    void this.sealed.drop(messageId);
  }

  find(messageId: string): PendingText | undefined {
    return this.texts.get().find((text) => text.messageId === messageId);
  }

  sealAll(): void {
    for (const { messageId } of this.texts.get()) this.seal(messageId);
  }

  /**
   * The service answers (again): what may have been lost with a connection is sent again. The same id makes a second
   * arrival harmless.
   */
  again(): void {
    this.underWay.clear();
    for (const text of unanswered(this.texts.get())) this.handOver(text);
  }

  /** These were sealed in this browser, perhaps by a page that is gone. */
  found(found: readonly KeptText[]): void {
    for (const kept of found.toSorted((a, b) => a.writtenAt - b.writtenAt)) {
      if (this.find(kept.messageId) !== undefined) continue;
      const {
        messageId,
        conversation,
        text,
        writtenAt,
        refused,
        draft,
        replyTo = null,
        dueAt = null,
        preview = null,
      } = kept;
      const pending = {
        messageId,
        conversation,
        text,
        writtenAt,
        refused,
        draft,
        replyTo,
        dueAt,
        preview,
        sealed: true,
      };
      this.texts.update((texts) => withPending(texts, pending));
    }
    for (const text of unanswered(this.texts.get())) this.handOver(text);
  }

  private handOver({ messageId, conversation, text, draft, replyTo, dueAt, preview }: PendingText): void {
    if (this.underWay.has(messageId)) return;
    this.underWay.add(messageId);
    const origin = draft === null ? {} : { slot: draft.slot, draft_revision: draft.revision };
    const answered = replyTo === null ? {} : { reply_to: replyTo };
    const due = dueAt === null ? {} : { due_at: dueAt };
    const seen = preview === null ? {} : { preview };
    this.sendChat({
      conversation,
      message_id: messageId,
      text,
      ...origin,
      ...answered,
      ...due,
      ...seen,
    }).then(
      (became) => {
        this.drop(messageId);
        // What is to be sent later is no message yet: its event brings it.
        if ("message" in became) this.confirmed(became.message);
      },
      (error: unknown) => {
        this.underWay.delete(messageId);
        this.notTaken(messageId, error);
      },
    );
  }

  private notTaken(messageId: string, error: unknown): void {
    if (error instanceof Refused && !NOT_OPEN.has(error.reason.code)) {
      const { reason } = error;
      this.texts.update((texts) => withChange(texts, messageId, { refused: reason }));
      if (reason.acts === "retry")
        setTimeout(() => {
          const again = this.find(messageId);
          if (again !== undefined) this.handOver(again);
        }, AGAIN_MILLISECONDS);
    }
    this.seal(messageId);
  }

  private seal(messageId: string): void {
    const pending = this.find(messageId);
    if (pending === undefined) return;
    const { conversation, text, writtenAt, refused, draft, replyTo, dueAt, preview } = pending;
    const words = {
      kind: "text",
      messageId,
      conversation,
      text,
      writtenAt,
      refused,
      draft,
      replyTo,
      dueAt,
      preview,
    } as const;
    void this.sealed.keep(messageId, words).then((sealed) => {
      if (!sealed) return;
      // Confirmed meanwhile: `drop` came before, or comes behind, and either way nothing stays.
      if (this.find(messageId) === undefined) void this.sealed.drop(messageId);
      else this.texts.update((texts) => withChange(texts, messageId, { sealed }));
    });
  }
}
