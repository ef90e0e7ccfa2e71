/** What one tab knows of the account it shows, and how far that is true. */
import type { Reason } from "../api/generated";
import { WritableStore } from "./store";
import type { PagePlace, Workspace } from "./workspace";

/** The way to a message, which the conversation shows or says why not. */
export interface Jump {
  readonly conversation: string;
  readonly message: string;
  /** gone: it is not on this computer. failed: the service did not answer. */
  readonly state: "loading" | "here" | "gone" | "failed";
}

export interface SessionState {
  /** Null until the first snapshot. */
  readonly workspace: Workspace | null;
  readonly refused: Reason | null;
  /** False while nobody tells what happens: what is known may be over, presence above all. */
  readonly live: boolean;
  /** Conversations of which a page could not be loaded, and which one. */
  readonly failedPages: ReadonlyMap<string, PagePlace>;
  readonly jump: Jump | null;
}

export type SessionStore = WritableStore<SessionState>;

export function newSessionStore(): SessionStore {
  return new WritableStore<SessionState>({
    workspace: null,
    refused: null,
    live: true,
    failedPages: new Map(),
    jump: null,
  });
}

/** Nothing to change before the first snapshot. */
export function changeWorkspace(store: SessionStore, change: (workspace: Workspace) => Workspace): void {
  store.update((state) => {
    const workspace = state.workspace && change(state.workspace);
    return workspace === state.workspace ? state : { ...state, workspace };
  });
}
