/** Follows one account: what the service tells of it is folded into what the tab knows. */
import type { BrowserKey, Cid, ViewEvent } from "../api/generated";
import type { InternalService, Stop, Update } from "../api/InternalService";
import type { SessionStore } from "./sessionState";
import { changeWorkspace } from "./sessionState";
import { TypingEnds } from "./typing";
import { applyEvent, applySnapshot } from "./workspace";

/** Who has something to do with what is told, once the tab knows it. */
export interface Told {
  /** The service answers, for the first time or again: what it did not hear, or did not tell, is due now. */
  readonly answers: (key: BrowserKey) => void;
  readonly event: (event: ViewEvent) => void;
  readonly refused: () => void;
}

export class Following {
  private stopFollowing: Stop | null = null;
  private readonly typingEnds = new TypingEnds((event) => {
    changeWorkspace(this.store, (workspace) => applyEvent(workspace, event));
  });

  constructor(
    private readonly service: InternalService,
    private readonly cid: Cid,
    private readonly store: SessionStore,
    private readonly told: Told,
  ) {}

  start(): void {
    this.stopFollowing?.(); // a session that was left may follow one that was signed out since
    this.store.update((state) => ({ ...state, refused: null }));
    const stopListening = this.service.onConnection(() => {
      if (this.service.connection().state === "lost") this.notLive();
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
    this.notLive();
  }

  private notLive(): void {
    this.store.update((state) => ({ ...state, live: false }));
  }

  private updated(update: Update): void {
    switch (update.kind) {
      case "snapshot":
        this.store.update((state) => ({
          ...state,
          refused: null,
          live: true,
          workspace: applySnapshot(state.workspace, update.snapshot),
        }));
        this.told.answers(update.snapshot.browser_key);
        return;
      case "resumed":
        this.store.update((state) => ({ ...state, refused: null, live: true }));
        this.told.answers(update.browserKey);
        return;
      case "events":
        changeWorkspace(this.store, (workspace) => update.events.reduce(applyEvent, workspace));
        for (const event of update.events) {
          this.typingEnds.heard(event);
          this.told.event(event);
        }
        return;
      case "refused":
        this.store.update((state) => ({ ...state, refused: update.reason }));
        this.told.refused();
        return;
    }
  }
}
