/** One account as one tab shows it: follows it, and does what the person asks. */
import type { BrowserKey, Cid, MessageOrder, MessageView, Reason, TimelinePage } from "../api/generated";
import type { InternalService, Stop, Update } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import type { Browser } from "./browser";
import { DraftKeeper } from "./DraftKeeper";
import { Handover } from "./Handover";
import type { KeptDraft, KeptText } from "./SealedWords";
import { SealedWords } from "./SealedWords";
import { WritableStore } from "./store";
import { compareOrder, withRoom } from "./timeline";
import { TypingEnds } from "./typing";
import type { PagePlace, Workspace } from "./workspace";
import { applyEvent, applyPage, applySnapshot } from "./workspace";

export interface SessionState {
  /** Null until the first snapshot. */
  readonly workspace: Workspace | null;
  readonly refused: Reason | null;
  /** False while nobody tells what happens: what is known may be over, presence above all. */
  readonly live: boolean;
  /** Conversations of which a page could not be loaded, and which one. */
  readonly failedPages: ReadonlyMap<Cid, PagePlace>;
}

export const PAGE_MESSAGES = 60;
const NO_DRAFTS = new Map<string, never>();

export class AccountSession {
  readonly store = new WritableStore<SessionState>({
    workspace: null,
    refused: null,
    live: true,
    failedPages: new Map(),
  });

  readonly drafts: DraftKeeper;
  readonly handover: Handover;
  private readonly sealed: SealedWords;
  private stopFollowing: Stop | null = null;
  private shown = false;
  private readonly loading = new Set<string>();
  private readonly typingEnds = new TypingEnds((event) => {
    this.change(({ workspace, ...state }) => ({
      ...state,
      workspace: workspace && applyEvent(workspace, event),
    }));
  });

  constructor(
    readonly service: InternalService,
    readonly cid: Cid,
    browser: Browser,
  ) {
    this.sealed = new SealedWords(browser.records, cid);
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

  /** Somebody looks at this account. */
  start(): void {
    this.shown = true;
    this.stopFollowing?.(); // a session that was left may follow one that was signed out since
    const stopListening = this.service.onConnection(() => {
      if (this.service.connection().state === "lost") this.change((state) => ({ ...state, live: false }));
    });
    const stopUpdates = this.service.follow(this.cid, (update) => {
      this.updated(update);
    });
    this.stopFollowing = () => {
      stopListening();
      stopUpdates();
    };
  }

  /** Nobody looks any more. While words are in hand it goes on, so that they are handed over. */
  leave(): void {
    this.shown = false;
    this.seal();
    if (!this.wordsInHand()) this.stop();
  }

  /** What would be lost with the page goes where it outlives it. */
  seal(): void {
    this.drafts.flush();
    this.handover.sealAll();
  }

  /** The text appears as a message when the service has written it down; until then it is kept as pending. */
  send(peer: Cid, conversation: string, text: string): void {
    this.handover.send(peer, text, this.drafts.sent(conversation));
  }

  /** The one way to lose words that were sent. */
  discard(messageId: string): void {
    const pending = this.handover.find(messageId);
    if (pending === undefined) return;
    const conversation = this.store.get().workspace?.peers.get(pending.peer)?.conversation;
    if (pending.draft !== null && conversation !== undefined)
      this.drafts.discardOrigin(conversation, pending.draft).catch(() => undefined);
    this.handover.drop(messageId);
  }

  /** What the service does not have stays sealed in this browser. Rejects when it could not be done. */
  async signOut(): Promise<void> {
    this.seal();
    try {
      await this.service.request("Disconnect", { cid: this.cid });
    } catch (error) {
      // Another tab was faster.
      if (!(error instanceof Refused && ["no_session", "signed_out"].includes(error.reason.code)))
        throw error;
    }
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
    if (this.handover.texts.get().some((text) => !text.sealed)) return true;
    // A draft that was told to an open connection is on its way; the page may go.
    return this.service.connection().state !== "open" && this.drafts.unsealed;
  }

  openConversation(peer: Cid): void {
    const { workspace } = this.store.get();
    const timeline = workspace?.timelines.get(peer);
    if (workspace === null || (timeline !== undefined && !timeline.stale)) return;
    if (timeline?.hasAfter) {
      const middle = timeline.messages[Math.floor(timeline.messages.length / 2)];
      void this.loadPage(peer, "replace", middle ? { around: middle.order } : {});
      return;
    }
    const firstUnread = workspace.conversations.get(peer)?.first_unread;
    void this.loadPage(peer, "replace", timeline === undefined && firstUnread ? { around: firstUnread } : {});
  }

  loadBefore(peer: Cid): void {
    const timeline = this.store.get().workspace?.timelines.get(peer);
    const first = timeline?.messages[0];
    if (timeline?.hasBefore && first) void this.loadPage(peer, "before", { before: first.order });
  }

  loadAfter(peer: Cid): void {
    const timeline = this.store.get().workspace?.timelines.get(peer);
    const last = timeline?.messages.at(-1);
    if (timeline?.hasAfter && last) void this.loadPage(peer, "after", { after: last.order });
  }

  loadLatest(peer: Cid): Promise<void> {
    return this.loadPage(peer, "replace", {});
  }

  loadAround(peer: Cid, around: MessageOrder): Promise<void> {
    return this.loadPage(peer, "replace", { around });
  }

  /** Asks for the page again that could not be loaded. */
  loadAgain(peer: Cid): void {
    const { workspace, failedPages } = this.store.get();
    const timeline = workspace?.timelines.get(peer);
    const place = failedPages.get(peer);
    if (place === "before") this.loadBefore(peer);
    else if (place === "after") this.loadAfter(peer);
    else if (timeline === undefined || timeline.stale) this.openConversation(peer);
    else void this.loadLatest(peer);
  }

  /** The window is full, and more is coming: makes room at the end of it that is far from the reader. */
  makeRoom(peer: Cid, far: "start" | "end"): void {
    this.change((state) => {
      const timeline = state.workspace?.timelines.get(peer);
      if (state.workspace === null || timeline === undefined) return state;
      const timelines = new Map(state.workspace.timelines).set(peer, withRoom(timeline, far));
      return { ...state, workspace: { ...state.workspace, timelines } };
    });
  }

  /** `painted` were on a screen, and everything up to an arrival was seen. Answers whether the service took it. */
  async markRead(conversation: string, painted: readonly string[], seenUpTo: number): Promise<boolean> {
    try {
      const fields = { cid: this.cid, conversation, painted, seen_up_to: seenUpTo };
      await this.service.request("MarkRead", fields);
      return true;
    } catch {
      return false;
    }
  }

  setTyping(peer: Cid, typing: boolean): void {
    // Only a hint: losing it costs nothing.
    this.service.request("SetTyping", { cid: this.cid, peer_cid: peer, typing }).catch(() => undefined);
  }

  private async loadPage(
    peer: Cid,
    place: PagePlace,
    where: { before?: MessageOrder; after?: MessageOrder; around?: MessageOrder },
  ): Promise<void> {
    const key = `${peer.toString()} ${place}`;
    if (this.loading.has(key)) return;
    this.loading.add(key);
    this.change((state) => ({ ...state, failedPages: withoutPage(state.failedPages, peer) }));
    try {
      const fields = { cid: this.cid, peer_cid: peer, limit: PAGE_MESSAGES, ...where };
      const page = await this.service.request("GetTimeline", fields);
      if (this.stillFits(peer, where)) this.pageArrived(page, place);
    } catch {
      this.change((state) => ({ ...state, failedPages: new Map(state.failedPages).set(peer, place) }));
    } finally {
      this.loading.delete(key);
    }
  }

  /** The window may have moved since a page at its edge was asked for; joined then, it would leave out messages. */
  private stillFits(peer: Cid, { before, after }: { before?: MessageOrder; after?: MessageOrder }): boolean {
    const messages = this.store.get().workspace?.timelines.get(peer)?.messages ?? [];
    const edge = before ? messages[0] : messages.at(-1);
    const asked = before ?? after;
    return asked === undefined || (edge !== undefined && compareOrder(edge.order, asked) === 0);
  }

  private pageArrived(page: TimelinePage, place: PagePlace): void {
    this.change((state) => ({
      ...state,
      workspace: state.workspace && applyPage(state.workspace, page, place),
    }));
  }

  private stop(): void {
    this.stopFollowing?.();
    this.stopFollowing = null;
    this.change((state) => ({ ...state, live: false }));
  }

  private updated(update: Update): void {
    switch (update.kind) {
      case "snapshot":
        this.change((state) => ({
          ...state,
          refused: null,
          live: true,
          workspace: applySnapshot(state.workspace, update.snapshot),
        }));
        this.refreshStale();
        void this.synchronise(update.snapshot.browser_key);
        return;
      case "resumed":
        this.change((state) => ({ ...state, refused: null, live: true }));
        this.refreshStale();
        void this.synchronise(update.browserKey);
        return;
      case "events":
        this.change(({ workspace, ...state }) => ({
          ...state,
          workspace: workspace && update.events.reduce(applyEvent, workspace),
        }));
        for (const event of update.events) {
          this.typingEnds.heard(event);
          if (event.type === "MessageChanged") this.handover.drop(event.message.id);
          this.drafts.heard(event, this.store.get().workspace?.drafts ?? NO_DRAFTS);
        }
        return;
      case "refused":
        this.change((state) => ({ ...state, refused: update.reason }));
        return;
    }
  }

  /** The service answers: what it did not get goes there now, from here and from pages that are gone. */
  private async synchronise(key: BrowserKey): Promise<void> {
    this.handover.again();
    await this.sealed.unlock(key);
    const texts: KeptText[] = [];
    const drafts = new Map<string, KeptDraft>();
    for (const { id, words } of await this.sealed.all()) {
      if (words.kind === "text") texts.push(words);
      else drafts.set(id, words);
    }
    this.handover.found(texts);
    await this.drafts.synchronise(this.store.get().workspace?.drafts ?? NO_DRAFTS, drafts);
    if (!this.shown && !this.wordsInHand()) this.stop();
  }

  private refreshStale(): void {
    const { workspace, failedPages } = this.store.get();
    for (const peer of failedPages.keys()) this.loadAgain(peer);
    for (const [peer, timeline] of workspace?.timelines ?? [])
      if (timeline.stale) this.openConversation(peer);
  }

  /** The event may have been faster, and newer; then it stays. */
  private confirmed(message: MessageView): void {
    this.change((state) => {
      const known = state.workspace?.timelines
        .get(message.peer_cid)
        ?.messages.some(({ id }) => id === message.id);
      if (state.workspace === null || known === true) return state;
      return { ...state, workspace: applyEvent(state.workspace, { type: "MessageChanged", message }) };
    });
    if (!this.shown && !this.wordsInHand()) this.stop();
  }

  private change(change: (state: SessionState) => SessionState): void {
    this.store.update(change);
  }
}

function withoutPage(failed: SessionState["failedPages"], peer: Cid): SessionState["failedPages"] {
  return failed.has(peer) ? new Map([...failed].filter(([other]) => other !== peer)) : failed;
}
