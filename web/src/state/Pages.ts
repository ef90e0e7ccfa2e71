/** Which part of each conversation is loaded: a window that pages join at both ends. */
import type { Cid, MessageOrder, MessageView } from "../api/generated";
import type { InternalService } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import { afterPaint } from "../api/JoinedFrames";
import { firstPageMessages, PAGE_MESSAGES } from "./firstPage";
import type { Jump, SessionState, SessionStore } from "./sessionState";
import { changeWorkspace } from "./sessionState";
import type { Timeline } from "./timeline";
import { compareOrder, withRoom } from "./timeline";
import type { PagePlace } from "./workspace";
import { applyPage, peerIn } from "./workspace";

interface Where {
  readonly before?: MessageOrder;
  readonly after?: MessageOrder;
  readonly around?: MessageOrder;
  readonly around_message?: string;
  readonly limit?: number;
}

export class Pages {
  /** Which request for a page counts. */
  private readonly loading = new Map<string, symbol>();
  private expected: string | null = null;

  constructor(
    private readonly service: InternalService,
    private readonly cid: Cid,
    private readonly store: SessionStore,
  ) {}

  /** Opened as soon as anything is known. */
  expect(conversation: string): void {
    this.expected = conversation;
  }

  /** Its first page is on the way, or about to be asked for. */
  awaits(conversation: string): boolean {
    return (
      conversation === this.expected ||
      (this.window(conversation) === undefined && this.loading.has(keyOf(conversation, "replace")))
    );
  }

  /** Loads where reading begins, unless the window is there and up to date. */
  open(conversation: string): void {
    const { workspace } = this.store.get();
    const timeline = workspace?.timelines.get(conversation);
    if (workspace === null || (timeline !== undefined && !timeline.stale)) return;
    if (timeline?.hasAfter) {
      const middle = timeline.messages[Math.floor(timeline.messages.length / 2)];
      void this.load(conversation, "replace", middle ? { around: middle.order } : {});
      return;
    }
    const firstUnread = workspace.conversations.get(conversation)?.first_unread;
    if (timeline !== undefined) void this.load(conversation, "replace", {});
    else if (firstUnread) void this.load(conversation, "replace", { around: firstUnread });
    else
      void this.load(conversation, "replace", { limit: firstPageMessages() }).then(() => {
        this.before(conversation);
      });
  }

  before(conversation: string): void {
    const load = () => {
      const timeline = this.window(conversation);
      const first = timeline?.messages[0];
      if (timeline?.hasBefore && first) void this.load(conversation, "before", { before: first.order });
    };
    // What fills the screen is on it before there is more to draw.
    const isFirst = (this.window(conversation)?.messages.length ?? 0) < PAGE_MESSAGES;
    if (!isFirst) {
      load();
      return;
    }
    const failed = this.store.get().failedPages.get(conversation);
    afterPaint(() => {
      // What failed meanwhile is asked for again by people alone.
      if (this.store.get().failedPages.get(conversation) === failed) load();
    });
  }

  after(conversation: string): void {
    const timeline = this.window(conversation);
    const last = timeline?.messages.at(-1);
    if (timeline?.hasAfter && last) void this.load(conversation, "after", { after: last.order });
  }

  latest(conversation: string): Promise<void> {
    return this.load(conversation, "replace", {});
  }

  around(conversation: string, order: MessageOrder): Promise<void> {
    return this.load(conversation, "replace", { around: order });
  }

  /** Leads to a message, and loads what is around it where it is not there. The conversation, once shown, goes to it. */
  async jump(conversation: string, message: string): Promise<void> {
    const way = this.onTheWay({ conversation, message, state: "loading" });
    const loaded = this.window(conversation)?.messages.some(({ id }) => id === message) ?? false;
    if (loaded) {
      this.arrive(way, "here");
      return;
    }
    try {
      await this.fetch(conversation, "replace", { around_message: message });
      this.arrive(way, "here");
    } catch (error) {
      const gone = error instanceof Refused && error.reason.code === "message_gone";
      this.open(conversation); // whoever came for it sees where it is not
      this.arrive(way, gone ? "gone" : "failed");
    }
  }

  /** A single message, wherever it stands. Rejects when it is not on this computer, or nobody answers. */
  async message(conversation: string, id: string): Promise<MessageView> {
    const fields = { cid: this.cid, conversation, around_message: id, limit: 1 };
    const { messages } = await this.service.request("GetTimeline", fields);
    const [found] = messages;
    if (found?.id !== id) throw new Error("a page around another message");
    return found;
  }

  /** It was shown, or what was said of it was read. */
  jumped(): void {
    this.store.update((state) => ({ ...state, jump: null }));
  }

  private onTheWay(jump: Jump): Jump {
    this.store.update((state) => ({ ...state, jump }));
    return jump;
  }

  /** Unless it was left for another one. */
  private arrive(jump: Jump, state: Jump["state"]): void {
    this.store.update((now) => (now.jump === jump ? { ...now, jump: { ...jump, state } } : now));
  }

  /** Asks for the page again that could not be loaded. */
  again(conversation: string): void {
    const timeline = this.window(conversation);
    const place = this.store.get().failedPages.get(conversation);
    if (place === "before") this.before(conversation);
    else if (place === "after") this.after(conversation);
    else if (timeline === undefined || timeline.stale) this.open(conversation);
    else void this.latest(conversation);
  }

  /** The service answers again: asks for what failed, and for what may have changed unheard. */
  refresh(): void {
    const { workspace, failedPages } = this.store.get();
    for (const conversation of failedPages.keys()) this.again(conversation);
    for (const [conversation, timeline] of workspace?.timelines ?? [])
      if (timeline.stale) this.open(conversation);
    if (this.expected !== null && workspace !== null && peerIn(workspace, this.expected) !== undefined)
      this.open(this.expected);
    this.expected = null;
  }

  /** The window is full, and more is coming: makes room at the end of it that is far from the reader. */
  makeRoom(conversation: string, far: "start" | "end"): void {
    changeWorkspace(this.store, (workspace) => {
      const timeline = workspace.timelines.get(conversation);
      if (timeline === undefined) return workspace;
      return {
        ...workspace,
        timelines: new Map(workspace.timelines).set(conversation, withRoom(timeline, far)),
      };
    });
  }

  private async load(conversation: string, place: PagePlace, where: Where): Promise<void> {
    if (this.loading.has(keyOf(conversation, place))) return;
    try {
      await this.fetch(conversation, place, where);
    } catch {
      this.store.update((state) => ({
        ...state,
        failedPages: new Map(state.failedPages).set(conversation, place),
      }));
    }
  }

  /** In place of what was asked for there before and has not come. Rejects when it does not come either. */
  private async fetch(conversation: string, place: PagePlace, where: Where): Promise<void> {
    const key = keyOf(conversation, place);
    const turn = Symbol(key);
    this.loading.set(key, turn);
    this.store.update((state) => ({ ...state, failedPages: withoutPage(state.failedPages, conversation) }));
    try {
      const fields = { cid: this.cid, conversation, limit: PAGE_MESSAGES, ...where };
      const page = await this.service.request("GetTimeline", fields);
      if (this.loading.get(key) === turn && this.stillFits(conversation, where))
        changeWorkspace(this.store, (workspace) => applyPage(workspace, page, place));
    } catch (error) {
      if (this.loading.get(key) === turn) throw error;
    } finally {
      if (this.loading.get(key) === turn) this.loading.delete(key);
    }
  }

  /** The window may have moved since a page at its edge was asked for; joined then, it would leave out messages. */
  private stillFits(conversation: string, { before, after }: Where): boolean {
    const messages = this.window(conversation)?.messages ?? [];
    const edge = before ? messages[0] : messages.at(-1);
    const asked = before ?? after;
    return asked === undefined || (edge !== undefined && compareOrder(edge.order, asked) === 0);
  }

  private window(conversation: string): Timeline | undefined {
    return this.store.get().workspace?.timelines.get(conversation);
  }
}

function keyOf(conversation: string, place: PagePlace): string {
  return `${conversation} ${place}`;
}

function withoutPage(failed: SessionState["failedPages"], conversation: string): SessionState["failedPages"] {
  return failed.has(conversation) ? new Map([...failed].filter(([other]) => other !== conversation)) : failed;
}
