/** What somebody wrote in one account, until the service has it: drafts, and texts on their way. */
import type {
  BrowserKey,
  Cid,
  LinkPreviewView,
  MessageView,
  ScheduledView,
  ViewEvent,
} from "../api/generated";
import type { InternalService } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import type { Browser } from "./browser";
import { Composing } from "./Composing";
import { DraftKeeper } from "./DraftKeeper";
import { Handover } from "./Handover";
import { KeptEdits } from "./KeptEdits";
import type { KeptDraft, KeptText } from "./SealedWords";
import { SealedWords } from "./SealedWords";
import type { SessionStore } from "./sessionState";
import { changeWorkspace } from "./sessionState";
import { dueWithUndo, isUndo } from "./undoSend";
import { applyEvent } from "./workspace";

const NO_DRAFTS = new Map<string, never>();

export class Outgoing {
  readonly drafts: DraftKeeper;
  readonly handover: Handover;
  readonly composing: Composing;
  private readonly sealed: SealedWords;
  private readonly keptEdits: KeptEdits;

  /** `onTaken` is called whenever the service took something: there may be nothing left in hand. */
  constructor(
    private readonly service: InternalService,
    private readonly cid: Cid,
    private readonly store: SessionStore,
    browser: Browser,
    private readonly onTaken: () => void,
  ) {
    this.sealed = new SealedWords(browser.records, cid);
    this.keptEdits = new KeptEdits(this.sealed, browser.windows);
    this.composing = new Composing(cid, this.keptEdits);
    this.drafts = new DraftKeeper(
      (fields) => service.request("SetDraft", { cid, ...fields }),
      browser.windows,
      this.sealed,
    );
    this.handover = new Handover(
      (fields) => service.request("SendChat", { cid, ...fields }),
      this.sealed,
      (message) => {
        this.confirmed(message);
      },
    );
  }

  /**
   * The text appears as a message when the service has written it down; until then it is kept as pending. With `dueAt`
   * (Unix milliseconds) the service keeps it until then. `preview` is of a link in the text.
   */
  send(
    conversation: string,
    text: string,
    dueAt: number | null = dueWithUndo(),
    preview: LinkPreviewView | null = null,
  ): void {
    const due = this.afterWhatWaits(conversation, dueAt);
    const mode = this.composing.of(conversation);
    const replyTo = mode?.kind === "reply" ? mode.to : null;
    this.handover.send(conversation, text, this.drafts.sent(conversation), replyTo, due, preview);
    if (replyTo !== null) this.composing.end(conversation);
  }

  /** Not before a message of this conversation that can still be undone: they stay in the order of writing. */
  private afterWhatWaits(conversation: string, dueAt: number | null): number | null {
    const waiting = [...(this.store.get().workspace?.scheduled.values() ?? [])].filter(
      (each) => each.conversation === conversation && isUndo(each) && each.refused === null,
    );
    const last = Math.max(0, ...waiting.map(({ due_at }) => due_at));
    return last > (dueAt ?? Date.now()) ? last + 1 : dueAt;
  }

  /** What was to be sent later is a draft again. Rejects when it was sent, or nobody answers; no words are lost then. */
  async takeBack({ id, conversation, text, reply_to }: ScheduledView): Promise<void> {
    const undo = await this.drafts.giveBack(conversation, text);
    try {
      await this.service.request("CancelScheduled", { cid: this.cid, message_id: id });
    } catch (error) {
      if (error instanceof Refused) undo();
      throw error;
    }
    // What is being edited stays so: its words are nowhere else.
    const editing = this.composing.of(conversation)?.kind === "edit";
    if (reply_to !== null && !editing) this.composing.reply(conversation, reply_to);
  }

  /** As one's own message, beside what is being written there. */
  sendCopy(conversation: string, text: string): void {
    this.handover.send(conversation, text, null);
  }

  /** Says something else with a message of one's own. Rejects when the service did not take it; nothing is lost then. */
  async edit(conversation: string, messageId: string, text: string): Promise<void> {
    await this.service.request("EditMessage", { cid: this.cid, conversation, message_id: messageId, text });
  }

  /** The one way to lose words that were sent. */
  discard(messageId: string): void {
    const pending = this.handover.find(messageId);
    if (pending === undefined) return;
    if (pending.draft !== null)
      this.drafts.discardOrigin(pending.conversation, pending.draft).catch(() => undefined);
    this.handover.drop(messageId);
  }

  /** What would be lost with the page goes where it outlives it. */
  seal(): void {
    this.drafts.flush();
    this.handover.sealAll();
    this.composing.seal();
  }

  /** Whether words outlive this page while the service does not have them. */
  get keepsSealed(): boolean {
    return this.sealed.works;
  }

  /** There are words that the service does not have. */
  wordsInHand(): boolean {
    return this.handover.texts.get().length > 0 || this.drafts.inHand;
  }

  /** Closing the page now would lose words. */
  wordsUnsealed(): boolean {
    if (this.handover.texts.get().some((text) => !text.sealed) || this.composing.unsaved) return true;
    // A draft that was told to an open connection is on its way; the page may go.
    return this.service.connection().state !== "open" && this.drafts.unsealed;
  }

  /** The service answers: what it did not get goes there now, from here and from pages that are gone. */
  async synchronise(key: BrowserKey): Promise<void> {
    const scheduled = this.store.get().workspace?.scheduled ?? new Map<string, never>();
    for (const id of scheduled.keys()) this.handover.drop(id);
    this.handover.again();
    await this.sealed.unlock(key);
    const texts: KeptText[] = [];
    const drafts = new Map<string, KeptDraft>();
    for (const { id, words } of await this.sealed.all()) {
      if (words.kind === "text" && scheduled.has(words.messageId)) void this.sealed.drop(id);
      else if (words.kind === "text") texts.push(this.inItsConversation(words));
      else if (!this.keptEdits.owns(id)) drafts.set(id, words);
    }
    this.handover.found(texts);
    await this.drafts.synchronise(this.knownDrafts(), drafts);
    this.onTaken();
  }

  heard(event: ViewEvent): void {
    if (event.type === "MessageChanged") this.handover.drop(event.message.id);
    if (event.type === "ScheduledChanged") this.handover.drop(event.scheduled.id);
    // Sent, or taken back in another window: not to be asked for once more.
    if (event.type === "ScheduledRemoved") this.handover.drop(event.id);
    this.drafts.heard(event, this.knownDrafts());
  }

  /** The event may have been faster, and newer; then it stays. */
  private confirmed(message: MessageView): void {
    changeWorkspace(this.store, (workspace) => {
      const timeline = workspace.timelines.get(message.conversation);
      const known = timeline?.messages.some(({ id }) => id === message.id) ?? false;
      return known ? workspace : applyEvent(workspace, { type: "MessageChanged", message });
    });
    this.onTaken();
  }

  private inItsConversation(text: KeptText): KeptText {
    if (text.peer === undefined) return text;
    const peer = this.store.get().workspace?.peers.get(BigInt(text.peer));
    return { ...text, conversation: peer?.conversation ?? text.conversation };
  }

  private knownDrafts() {
    return this.store.get().workspace?.drafts ?? NO_DRAFTS;
  }
}
