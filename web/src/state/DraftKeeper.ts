/** Keeps what is being written: at the service, and where that cannot have it, sealed in this browser. */
import { newMessageId } from "../api/identifiers";
import type { DraftView, ViewEvent } from "../api/generated";
import type { Answers, RequestFields } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import type { Windows } from "./browserWindows";
import type { DraftOrigin, KeptDraft, SealedWords } from "./SealedWords";
import { WritableStore } from "./store";
import { Writing } from "./Writing";
import { draftKey } from "./workspace";

/** The protocol's bound; longer ones stay in the browser until they are sent. */
const DRAFT_BYTES = 65_536;
const PAUSE_MILLISECONDS = 400;
/** Sealing a quarter of a megabyte takes longer than a letter does. */
const LONG_PAUSE_MILLISECONDS = 2000;

export interface Offer {
  readonly slot: string;
  readonly text: string;
  readonly revision: number;
  /** Of a sealed record that the service does not have. */
  readonly recordId: string | null;
}

interface Kept extends Offer {
  readonly conversation: string;
  readonly recordId: string;
}

export type DraftSetter = (fields: Omit<RequestFields<"SetDraft">, "cid">) => Promise<Answers["SetDraft"]>;

export class DraftKeeper {
  /** Which slot this window writes in, for each conversation where that is settled. */
  readonly mine = new WritableStore<ReadonlyMap<string, string>>(new Map());
  /** Sealed by windows that are gone, and too long for the service or refused by it. */
  readonly kept = new WritableStore<readonly Kept[]>([]);
  private readonly writings = new Map<string, Writing>();
  private rows: ReadonlyMap<string, DraftView> = new Map();
  /** Taken by the service just now; the event that makes them rows is under way. */
  private readonly underWay = new Map<string, DraftView>();
  private isRestored: () => void = () => undefined;
  private readonly restored = new Promise<void>((done) => {
    this.isRestored = done;
  });

  constructor(
    private readonly setDraft: DraftSetter,
    private readonly windows: Windows,
    private readonly sealed: SealedWords,
  ) {}

  // --- for the composer

  text(conversation: string): string {
    return this.of(conversation).text;
  }

  /** `show` is called whenever the text becomes another one from elsewhere. Stopped when the composer goes. */
  open(conversation: string, show: (text: string) => void): () => void {
    const writing = this.of(conversation);
    writing.show = show;
    void this.settle(conversation, writing);
    return () => {
      writing.show = null;
      this.flush();
    };
  }

  /** Called with every key: it notes the text and returns. */
  typed(conversation: string, text: string): void {
    const writing = this.of(conversation);
    writing.text = text;
    writing.later(text.length > DRAFT_BYTES ? LONG_PAUSE_MILLISECONDS : PAUSE_MILLISECONDS, () => {
      void this.tell(conversation, writing);
    });
  }

  /** The text is a message from now on. What the service has of the draft goes with that message. */
  sent(conversation: string): DraftOrigin | null {
    const writing = this.of(conversation);
    const { slot, revision } = writing;
    writing.cancelLater();
    writing.text = writing.answered = writing.told = "";
    this.unseal(writing);
    return slot === null || revision === 0 ? null : { slot, revision };
  }

  /** Brings what was begun elsewhere into this composer; it is kept here before it goes there. */
  async take(conversation: string, offer: Offer): Promise<void> {
    const writing = this.of(conversation);
    writing.become(writing.text === "" ? offer.text : `${writing.text}\n${offer.text}`);
    await this.tell(conversation, writing);
    if (!writing.unsealed) await this.discard(conversation, offer);
  }

  /** Puts words back into the composer, before what stands there. What is returned takes them out again, if nobody wrote since. */
  async giveBack(conversation: string, text: string): Promise<() => void> {
    const writing = this.of(conversation);
    const before = writing.text;
    const now = before === "" ? text : `${text}\n${before}`;
    writing.become(now);
    await this.tell(conversation, writing);
    return () => {
      if (writing.text !== now) return;
      writing.become(before);
      void this.tell(conversation, writing);
    };
  }

  async discard(conversation: string, { slot, revision, recordId }: Offer): Promise<void> {
    if (recordId !== null) {
      this.kept.update((kept) => kept.filter((other) => other.recordId !== recordId));
      await this.sealed.drop(recordId);
    }
    if (this.rows.has(draftKey({ conversation, slot })))
      await this.setDraft({ conversation, slot, text: "", revision: revision + 1 });
  }

  /** Of a message that was discarded: the draft it was goes, too, unless it is something else by now. */
  async discardOrigin(conversation: string, { slot, revision }: DraftOrigin): Promise<void> {
    const row = this.rows.get(draftKey({ conversation, slot }));
    if (row === undefined || row.revision > revision) return;
    const writing = this.of(conversation);
    if (writing.slot === slot) writing.revision = Math.max(writing.revision, revision + 1);
    await this.setDraft({ conversation, slot, text: "", revision: revision + 1 });
  }

  // --- for the session

  /** At once: the page may be going. */
  flush(): void {
    for (const [conversation, writing] of this.writings) void this.tell(conversation, writing);
  }

  get inHand(): boolean {
    return [...this.writings.values()].some((writing) => writing.inHand) || this.kept.get().length > 0;
  }

  get unsealed(): boolean {
    return [...this.writings.values()].some((writing) => writing.unsealed);
  }

  /** The service answers (again), and this is what it has. `found` was sealed in this browser. */
  async synchronise(
    rows: ReadonlyMap<string, DraftView>,
    found: ReadonlyMap<string, KeptDraft>,
  ): Promise<void> {
    this.rows = rows;
    for (const [conversation, writing] of this.writings) this.compare(conversation, writing);
    await Promise.all([...found].map(([id, draft]) => this.handOver(id, draft)));
    this.isRestored();
  }

  heard(event: ViewEvent, rows: ReadonlyMap<string, DraftView>): void {
    this.rows = rows;
    if (event.type === "DraftChanged") {
      this.underWay.delete(draftKey(event.draft));
      const { conversation, slot, revision, text } = event.draft;
      const writing = this.writings.get(conversation);
      if (writing?.slot === slot && revision > writing.revision && text !== writing.text)
        this.moveAway(conversation, writing);
    } else if (event.type === "DraftRemoved") {
      this.underWay.delete(draftKey(event));
      const writing = this.writings.get(event.conversation);
      if (writing?.slot !== event.slot || writing.text === "" || writing.inHand) return;
      // It was sent, taken or discarded in another window, and nothing was added here since.
      writing.answered = writing.told = "";
      writing.become("");
    }
  }

  // --- inside

  private of(conversation: string): Writing {
    let writing = this.writings.get(conversation);
    if (writing === undefined) this.writings.set(conversation, (writing = new Writing()));
    return writing;
  }

  private async tell(conversation: string, writing: Writing): Promise<void> {
    writing.cancelLater();
    const { text } = writing;
    if (text === writing.told || (text === "" && writing.revision === 0)) return;
    if (text === writing.sealed && isTooLong(text)) return;
    writing.told = text;
    const slot = (writing.slot ??= await this.windows.own());
    const revision = ++writing.revision;
    try {
      if (isTooLong(text)) throw new Error("the service takes no draft of this length");
      await this.setDraft({ conversation, slot, text, revision });
      if (revision !== writing.revision) return;
      writing.answered = text;
      this.unseal(writing);
    } catch (error) {
      if (revision !== writing.revision) return; // what was told later counts
      if (error instanceof Refused && error.reason.code === "draft_moved") {
        this.moveAway(conversation, writing);
        writing.told = null;
        await this.tell(conversation, writing);
        return;
      }
      writing.told = null;
      if (text === "") this.unseal(writing);
      else if (
        await this.sealed.keep(writing.recordId, { kind: "draft", conversation, slot, text, revision })
      )
        writing.sealed = text;
    }
  }

  private unseal(writing: Writing): void {
    if (writing.sealed === null) return;
    writing.sealed = null;
    void this.sealed.drop(writing.recordId);
  }

  /** Somebody else goes on in this slot: what stands here stays, in a slot of its own once it changes. */
  private moveAway(conversation: string, writing: Writing): void {
    writing.slot = newMessageId();
    writing.revision = 0;
    void this.windows.claim(writing.slot);
    this.settled(conversation, writing.slot);
  }

  /** After the connection was gone: whether what was told has arrived is seen in the rows. */
  private compare(conversation: string, writing: Writing): void {
    if (writing.slot === null) return;
    const row = this.rows.get(draftKey({ conversation, slot: writing.slot }));
    if (row !== undefined && row.revision > writing.revision && row.text !== writing.text)
      this.moveAway(conversation, writing);
    writing.answered = row?.text ?? "";
    writing.told = writing.answered;
    void this.tell(conversation, writing);
  }

  /** Words of a window that is gone go where they were going. */
  private async handOver(recordId: string, kept: KeptDraft): Promise<void> {
    const { conversation, slot, text, revision } = kept;
    if ([...this.writings.values()].some((writing) => writing.recordId === recordId)) return;
    if (this.kept.get().some((other) => other.recordId === recordId)) return;
    if (!(await this.windows.claim(slot))) return; // that window does it itself
    try {
      if (isTooLong(text)) throw new Error("the service takes no draft of this length");
      await this.setDraft({ conversation, slot, text, revision });
      const draft = { conversation, slot, text, revision, place: Number.MAX_SAFE_INTEGER };
      this.underWay.set(draftKey(draft), draft);
      await this.sealed.drop(recordId);
    } catch {
      this.kept.update((others) => [...others, { conversation, slot, text, revision, recordId }]);
    }
  }

  /** A window that begins empty goes on with what was left: its own first, then the newest that no window holds. */
  private async settle(conversation: string, writing: Writing): Promise<void> {
    await this.restored;
    const own = (writing.slot ??= await this.windows.own());
    for (const offer of this.left(conversation, own)) {
      if (writing.text !== "" || !(await this.windows.claim(offer.slot))) continue;
      this.adopt(conversation, writing, offer);
    }
    this.settled(conversation, writing.slot);
  }

  private left(conversation: string, own: string): readonly Offer[] {
    const known = new Map([...this.rows, ...this.underWay]);
    const rows = [...known.values()].filter((row) => row.conversation === conversation);
    const newestFirst = rows.sort((a, b) => b.place - a.place).map((row) => ({ ...row, recordId: null }));
    const kept = this.kept.get().filter((offer) => offer.conversation === conversation);
    const all: readonly Offer[] = [...kept, ...newestFirst];
    return all.toSorted((a, b) => Number(b.slot === own) - Number(a.slot === own));
  }

  private adopt(conversation: string, before: Writing, { slot, text, revision, recordId }: Offer): void {
    const writing = recordId === null ? before : new Writing(recordId);
    writing.show = before.show;
    writing.slot = slot;
    writing.revision = revision;
    writing.told = text;
    if (recordId === null) writing.answered = text;
    else writing.sealed = text;
    this.writings.set(conversation, writing);
    this.kept.update((kept) => kept.filter((other) => other.recordId !== recordId));
    writing.become(text);
  }

  private settled(conversation: string, slot: string): void {
    this.mine.update((mine) => new Map(mine).set(conversation, slot));
  }
}

/** What is shown as begun elsewhere; nothing until it is settled what stands here. */
export function offersOf(
  conversation: string,
  mine: string | undefined,
  rows: ReadonlyMap<string, DraftView>,
  kept: readonly (Offer & { readonly conversation: string })[],
): readonly Offer[] {
  if (mine === undefined) return [];
  const others = [...rows.values()]
    .filter((row) => row.conversation === conversation)
    .sort((a, b) => b.place - a.place)
    .map((row): Offer => ({ slot: row.slot, text: row.text, revision: row.revision, recordId: null }));
  const all = [...kept.filter((offer) => offer.conversation === conversation), ...others];
  return all.filter((offer) => offer.slot !== mine);
}

function isTooLong(text: string): boolean {
  if (text.length * 3 <= DRAFT_BYTES) return false;
  return text.length > DRAFT_BYTES || new TextEncoder().encode(text).length > DRAFT_BYTES;
}
