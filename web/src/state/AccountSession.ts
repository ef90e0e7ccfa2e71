/** One account as one tab shows it: follows it, and does what the person asks. */
import type { Cid, MessageOrder, MessageView, Reason, TimelinePage } from "../api/generated";
import { newMessageId } from "../api/identifiers";
import type { InternalService, Stop, Update } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import { WritableStore } from "./store";
import type { PendingText, PendingTexts } from "./pendingTexts";
import { unanswered, withoutPending, withPending, withRefusal } from "./pendingTexts";
import type { PagePlace, Workspace } from "./workspace";
import { applyEvent, applyPage, applySnapshot } from "./workspace";

export interface SessionState {
  /** Null until the first snapshot. */
  readonly workspace: Workspace | null;
  readonly refused: Reason | null;
  /** False while nobody tells what happens: what is known may be over, presence above all. */
  readonly live: boolean;
  readonly pending: PendingTexts;
  readonly drafts: ReadonlyMap<Cid, string>;
  /** Conversations whose page could not be loaded. */
  readonly failedPages: ReadonlySet<Cid>;
}

export const PAGE_MESSAGES = 60;

export class AccountSession {
  readonly store = new WritableStore<SessionState>({
    workspace: null,
    refused: null,
    live: true,
    pending: [],
    drafts: new Map(),
    failedPages: new Set(),
  });

  private stopFollowing: Stop | null = null;
  private readonly loading = new Set<string>();
  private readonly handedOver = new Set<string>();

  constructor(
    readonly service: InternalService,
    readonly cid: Cid,
  ) {}

  start(): void {
    if (this.stopFollowing !== null) return;
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

  stop(): void {
    this.stopFollowing?.();
    this.stopFollowing = null;
  }

  /** The text appears as a message when the service has written it down; until then it is kept as pending. */
  send(peer: Cid, text: string): void {
    const pending: PendingText = {
      messageId: newMessageId(),
      peer,
      text,
      writtenAt: Date.now(),
      refused: null,
    };
    this.change((state) => ({ ...state, pending: withPending(state.pending, pending) }));
    this.handOver(pending);
  }

  sendAgain(messageId: string): void {
    const again = this.store.get().pending.find((text) => text.messageId === messageId);
    if (again === undefined) return;
    this.change((state) => ({
      ...state,
      pending: withPending(withoutPending(state.pending, messageId), { ...again, refused: null }),
    }));
    this.handOver(again);
  }

  discard(messageId: string): void {
    this.change((state) => ({ ...state, pending: withoutPending(state.pending, messageId) }));
  }

  /** Closing the tab now would lose words that exist nowhere else. */
  holdsUnconfirmedText(): boolean {
    return this.store.get().pending.length > 0;
  }

  keepDraft(peer: Cid, text: string): void {
    this.change((state) => {
      const drafts = new Map(state.drafts);
      if (text === "") drafts.delete(peer);
      else drafts.set(peer, text);
      return { ...state, drafts };
    });
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

  /** What one writes stands at the end, so that is where one wants to be. */
  async returnToLatest(peer: Cid): Promise<void> {
    if (this.store.get().workspace?.timelines.get(peer)?.hasAfter) await this.loadLatest(peer);
  }

  loadAround(peer: Cid, around: MessageOrder): Promise<void> {
    return this.loadPage(peer, "replace", { around });
  }

  /** Whether the service took it. */
  async markRead(peer: Cid, upToArrival: number): Promise<boolean> {
    try {
      await this.service.request("MarkRead", { cid: this.cid, peer_cid: peer, up_to_arrival: upToArrival });
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
    try {
      const fields = { cid: this.cid, peer_cid: peer, limit: PAGE_MESSAGES, ...where };
      const page = await this.service.request("GetTimeline", fields);
      this.pageArrived(page, place);
    } catch {
      this.change((state) => ({ ...state, failedPages: new Set([...state.failedPages, peer]) }));
    } finally {
      this.loading.delete(key);
    }
  }

  private pageArrived(page: TimelinePage, place: PagePlace): void {
    this.change((state) => ({
      ...state,
      workspace: state.workspace && applyPage(state.workspace, page, place),
      failedPages: new Set([...state.failedPages].filter((cid) => cid !== page.peer_cid)),
    }));
  }

  private updated(update: Update): void {
    switch (update.kind) {
      case "snapshot":
        this.change((state) => ({
          ...state,
          refused: null,
          live: true,
          workspace: applySnapshot(state.workspace, update.snapshot),
          failedPages: new Set(),
        }));
        this.refreshStale();
        this.handOverAgain();
        return;
      case "resumed":
        this.change((state) => ({ ...state, refused: null, live: true }));
        this.handOverAgain();
        return;
      case "events":
        this.change((state) => {
          if (state.workspace === null) return state;
          const confirmed = update.events.flatMap((event) =>
            event.type === "MessageChanged" ? [event.message.id] : [],
          );
          return {
            ...state,
            workspace: update.events.reduce(applyEvent, state.workspace),
            pending: confirmed.reduce(withoutPending, state.pending),
          };
        });
        return;
      case "refused":
        this.change((state) => ({ ...state, refused: update.reason }));
        return;
    }
  }

  private refreshStale(): void {
    for (const [peer, timeline] of this.store.get().workspace?.timelines ?? [])
      if (timeline.stale) this.openConversation(peer);
  }

  /** The same id makes a second arrival harmless, so what may have been lost with a connection is sent again. */
  private handOverAgain(): void {
    this.handedOver.clear();
    for (const text of unanswered(this.store.get().pending)) this.handOver(text);
  }

  private handOver(pending: PendingText): void {
    const { messageId, peer, text } = pending;
    if (this.handedOver.has(messageId)) return;
    this.handedOver.add(messageId);
    this.service.request("SendChat", { cid: this.cid, peer_cid: peer, message_id: messageId, text }).then(
      ({ message }) => {
        this.confirmed(message);
      },
      (error: unknown) => {
        this.handedOver.delete(messageId);
        if (error instanceof Refused)
          this.change((state) => ({
            ...state,
            pending: withRefusal(state.pending, messageId, error.reason),
          }));
      },
    );
  }

  /** The event may have been faster, and newer; then it stays. */
  private confirmed(message: MessageView): void {
    this.change((state) => {
      const known = state.workspace?.timelines
        .get(message.peer_cid)
        ?.messages.some(({ id }) => id === message.id);
      return {
        ...state,
        pending: withoutPending(state.pending, message.id),
        workspace:
          state.workspace && known !== true
            ? applyEvent(state.workspace, { type: "MessageChanged", message })
            : state.workspace,
      };
    });
  }

  private change(change: (state: SessionState) => SessionState): void {
    this.store.update(change);
  }
}
