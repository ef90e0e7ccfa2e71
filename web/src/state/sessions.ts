/** The accounts that this page has shown. They live as long as the page, so that no screen takes words along. */
import type { Cid } from "../api/generated";
import type { InternalService } from "../api/InternalService";
import { AccountSession } from "./AccountSession";
import type { Browser } from "./browser";
import { watchUnkept } from "./unkept";

export class Sessions {
  private readonly sessions = new Map<Cid, AccountSession>();

  constructor(
    private readonly service: InternalService,
    private readonly browser: Browser,
  ) {}

  of(cid: Cid): AccountSession {
    let session = this.sessions.get(cid);
    if (session === undefined)
      this.sessions.set(cid, (session = new AccountSession(this.service, cid, this.browser)));
    return session;
  }

  /** Keeps what is written over the end of this page; stopped with the returned function. */
  watchOverWords(): () => void {
    const seal = () => {
      for (const session of this.sessions.values()) session.outgoing.seal();
    };
    const hidden = () => {
      if (document.visibilityState === "hidden") seal();
    };
    const unsealed = () => [...this.sessions.values()].some((session) => session.outgoing.wordsUnsealed());
    const ask = (event: BeforeUnloadEvent) => {
      if (unsealed()) event.preventDefault();
      seal();
    };
    // Whoever was asked and stays has lost nothing; whoever goes leaves what could be sealed in that time.
    window.addEventListener("beforeunload", ask);
    window.addEventListener("pagehide", seal);
    document.addEventListener("visibilitychange", hidden);
    const stop = watchUnkept(unsealed);
    return () => {
      stop();
      window.removeEventListener("beforeunload", ask);
      window.removeEventListener("pagehide", seal);
      document.removeEventListener("visibilitychange", hidden);
    };
  }
}
