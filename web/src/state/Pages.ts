/** Which part of each conversation is loaded: a window that pages join at both ends. */
import type { Cid, MessageOrder } from "../api/generated";
import type { InternalService } from "../api/InternalService";
import { afterPaint } from "../api/JoinedFrames";
import { firstPageMessages, PAGE_MESSAGES } from "./firstPage";
import type { SessionState, SessionStore } from "./sessionState";
import { changeWorkspace } from "./sessionState";
import type { Timeline } from "./timeline";
import { compareOrder, withRoom } from "./timeline";
import type { PagePlace } from "./workspace";
import { applyPage } from "./workspace";

interface Where {
  readonly before?: MessageOrder;
  readonly after?: MessageOrder;
  readonly around?: MessageOrder;
  readonly limit?: number;
}

export class Pages {
  private readonly loading = new Set<string>();
  private expected: Cid | null = null;

  constructor(
    private readonly service: InternalService,
    private readonly cid: Cid,
    private readonly store: SessionStore,
  ) {}

  /** Opened as soon as anything is known. */
  expect(peer: Cid): void {
    this.expected = peer;
  }

  /** Its first page is on the way, or about to be asked for. */
  awaits(peer: Cid): boolean {
    return (
      peer === this.expected || (this.window(peer) === undefined && this.loading.has(keyOf(peer, "replace")))
    );
  }

  /** Loads where reading begins, unless the window is there and up to date. */
  open(peer: Cid): void {
    const { workspace } = this.store.get();
    const timeline = workspace?.timelines.get(peer);
    if (workspace === null || (timeline !== undefined && !timeline.stale)) return;
    if (timeline?.hasAfter) {
      const middle = timeline.messages[Math.floor(timeline.messages.length / 2)];
      void this.load(peer, "replace", middle ? { around: middle.order } : {});
      return;
    }
    const firstUnread = workspace.conversations.get(peer)?.first_unread;
    if (timeline !== undefined) void this.load(peer, "replace", {});
    else if (firstUnread) void this.load(peer, "replace", { around: firstUnread });
    else
      void this.load(peer, "replace", { limit: firstPageMessages() }).then(() => {
        this.before(peer);
      });
  }

  before(peer: Cid): void {
    const load = () => {
      const timeline = this.window(peer);
      const first = timeline?.messages[0];
      if (timeline?.hasBefore && first) void this.load(peer, "before", { before: first.order });
    };
    // What fills the screen is on it before there is more to draw.
    const isFirst = (this.window(peer)?.messages.length ?? 0) < PAGE_MESSAGES;
    if (!isFirst) {
      load();
      return;
    }
    const failed = this.store.get().failedPages.get(peer);
    afterPaint(() => {
      // What failed meanwhile is asked for again by people alone.
      if (this.store.get().failedPages.get(peer) === failed) load();
    });
  }

  after(peer: Cid): void {
    const timeline = this.window(peer);
    const last = timeline?.messages.at(-1);
    if (timeline?.hasAfter && last) void this.load(peer, "after", { after: last.order });
  }

  latest(peer: Cid): Promise<void> {
    return this.load(peer, "replace", {});
  }

  around(peer: Cid, order: MessageOrder): Promise<void> {
    return this.load(peer, "replace", { around: order });
  }

  /** Asks for the page again that could not be loaded. */
  again(peer: Cid): void {
    const timeline = this.window(peer);
    const place = this.store.get().failedPages.get(peer);
    if (place === "before") this.before(peer);
    else if (place === "after") this.after(peer);
    else if (timeline === undefined || timeline.stale) this.open(peer);
    else void this.latest(peer);
  }

  /** The service answers again: asks for what failed, and for what may have changed unheard. */
  refresh(): void {
    const { workspace, failedPages } = this.store.get();
    for (const peer of failedPages.keys()) this.again(peer);
    for (const [peer, timeline] of workspace?.timelines ?? []) if (timeline.stale) this.open(peer);
    if (this.expected !== null && workspace?.peers.has(this.expected) === true) this.open(this.expected);
    this.expected = null;
  }

  /** The window is full, and more is coming: makes room at the end of it that is far from the reader. */
  makeRoom(peer: Cid, far: "start" | "end"): void {
    changeWorkspace(this.store, (workspace) => {
      const timeline = workspace.timelines.get(peer);
      if (timeline === undefined) return workspace;
      return { ...workspace, timelines: new Map(workspace.timelines).set(peer, withRoom(timeline, far)) };
    });
  }

  private async load(peer: Cid, place: PagePlace, where: Where): Promise<void> {
    const key = keyOf(peer, place);
    if (this.loading.has(key)) return;
    this.loading.add(key);
    this.store.update((state) => ({ ...state, failedPages: withoutPage(state.failedPages, peer) }));
    try {
      const fields = { cid: this.cid, peer_cid: peer, limit: PAGE_MESSAGES, ...where };
      const page = await this.service.request("GetTimeline", fields);
      if (this.stillFits(peer, where))
        changeWorkspace(this.store, (workspace) => applyPage(workspace, page, place));
    } catch {
      this.store.update((state) => ({ ...state, failedPages: new Map(state.failedPages).set(peer, place) }));
    } finally {
      this.loading.delete(key);
    }
  }

  /** The window may have moved since a page at its edge was asked for; joined then, it would leave out messages. */
  private stillFits(peer: Cid, { before, after }: Where): boolean {
    const messages = this.window(peer)?.messages ?? [];
    const edge = before ? messages[0] : messages.at(-1);
    const asked = before ?? after;
    return asked === undefined || (edge !== undefined && compareOrder(edge.order, asked) === 0);
  }

  private window(peer: Cid): Timeline | undefined {
    return this.store.get().workspace?.timelines.get(peer);
  }
}

function keyOf(peer: Cid, place: PagePlace): string {
  return `${peer.toString()} ${place}`;
}

function withoutPage(failed: SessionState["failedPages"], peer: Cid): SessionState["failedPages"] {
  return failed.has(peer) ? new Map([...failed].filter(([other]) => other !== peer)) : failed;
}
