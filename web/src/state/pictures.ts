/** The pictures of the people of one account: asked for when they are first to be drawn, and kept as long as the tab shows the account. */
import type { Cid } from "../api/generated";
import type { InternalService } from "../api/InternalService";
import type { SessionStore } from "./sessionState";
import type { Workspace } from "./workspace";

const MOST_KEPT = 500;
const AGAIN_MILLISECONDS = 5000;

interface Shared {
  readonly cid: Cid;
  readonly picture: string;
}

export class PersonPictures {
  /** By the name that the service gave them; undefined while they are under way, and where there is none any more. */
  private readonly kept = new Map<string, string | undefined>();
  private readonly listeners = new Set<() => void>();
  private indexed: readonly [Workspace["peers"], Workspace["account"], ReadonlyMap<string, Shared>] | null =
    null;

  constructor(
    private readonly service: InternalService,
    private readonly cid: Cid,
    private readonly store: SessionStore,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    const stop = this.store.subscribe(listener);
    this.listeners.add(listener);
    return () => {
      stop();
      this.listeners.delete(listener);
    };
  };

  /** Of the account with this id. */
  readonly urlOf = (accountId: string): string | undefined => {
    const shared = this.index().get(accountId);
    if (shared === undefined) return undefined;
    if (!this.kept.has(shared.picture)) void this.load(shared);
    return this.kept.get(shared.picture);
  };

  private async load({ cid, picture }: Shared): Promise<void> {
    this.keep(picture, undefined);
    try {
      const told = await this.service.request("GetPicture", { cid: this.cid, peer: cid });
      // Small JPEGs, says the service; as such alone they are shown.
      if (told.picture !== "") this.keep(picture, `data:image/jpeg;base64,${told.picture}`);
      for (const listener of [...this.listeners]) listener();
    } catch {
      setTimeout(() => {
        this.kept.delete(picture);
        for (const listener of [...this.listeners]) listener();
      }, AGAIN_MILLISECONDS);
    }
  }

  private keep(picture: string, url: string | undefined): void {
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(picture, url);
  }

  /** Who has one, by account id. */
  private index(): ReadonlyMap<string, Shared> {
    const { workspace } = this.store.get();
    if (workspace === null) return new Map();
    const { peers, account } = workspace;
    if (this.indexed?.[0] !== peers || this.indexed[1] !== account) {
      const sharing = [account, ...peers.values()].filter(({ picture }) => picture !== "");
      const entries = sharing.map(({ account_id, cid, picture }) => [account_id, { cid, picture }] as const);
      this.indexed = [peers, account, new Map(entries)];
    }
    return this.indexed[2];
  }
}
