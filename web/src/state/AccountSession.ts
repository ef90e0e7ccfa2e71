/** One account as one tab shows it: what is known of it, what is on its way, and what a person does with the whole. */
import type { Cid } from "../api/generated";
import type { InternalService } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import type { Place } from "./address";
import type { Browser } from "./browser";
import { Following } from "./Following";
import { Outgoing } from "./Outgoing";
import { Notices } from "./Notices";
import { Pages } from "./Pages";
import { PersonPictures } from "./pictures";
import { Reacting } from "./Reacting";
import { newSessionStore } from "./sessionState";

export class AccountSession {
  readonly store = newSessionStore();
  readonly pages: Pages;
  readonly outgoing: Outgoing;
  readonly reacting: Reacting;
  readonly pictures: PersonPictures;
  readonly notices = new Notices();
  private readonly following: Following;
  private shown = false;
  /** Nobody looks yet, and somebody is about to. */
  private expected = false;

  constructor(
    readonly service: InternalService,
    readonly cid: Cid,
    browser: Browser,
  ) {
    this.pages = new Pages(service, cid, this.store);
    this.reacting = new Reacting(service, cid, this.store);
    this.pictures = new PersonPictures(service, cid, this.store);
    this.outgoing = new Outgoing(service, cid, this.store, browser, () => {
      this.restUnlessNeeded();
    });
    this.following = new Following(service, cid, this.store, {
      answers: (key) => {
        this.pages.refresh();
        void this.outgoing.synchronise(key);
      },
      event: (event) => {
        this.outgoing.heard(event);
      },
      refused: () => {
        this.expected = false; // whoever looks, when it is open, begins anew
        this.restUnlessNeeded();
      },
    });
  }

  /** The address of a new page leads here. Resolves when all that it shows is there, or will not come. */
  expect(place: Place): Promise<void> {
    this.expected = true;
    const conversation = place.kind === "conversation" ? place.conversation : null;
    if (conversation !== null) this.pages.expect(conversation);
    this.following.start();
    return new Promise((done) => {
      const stop = this.store.subscribe(() => {
        const { workspace, refused, live } = this.store.get();
        const awaited = conversation !== null && this.pages.awaits(conversation);
        if (live && refused === null && (workspace === null || awaited)) return;
        stop();
        done();
      });
    });
  }

  /** Somebody looks at this account. */
  start(): void {
    this.shown = true;
    if (!this.expected) this.following.start();
    this.expected = false;
  }

  /** Nobody looks any more. While words are in hand it goes on, so that they are handed over. */
  leave(): void {
    this.shown = false;
    this.outgoing.seal();
    this.restUnlessNeeded();
  }

  /** What the service does not have stays sealed in this browser. Rejects when it could not be done. */
  async signOut(): Promise<void> {
    this.outgoing.seal();
    try {
      await this.service.request("Disconnect", { cid: this.cid });
    } catch (error) {
      // Another tab was faster.
      if (!(error instanceof Refused && ["no_session", "signed_out"].includes(error.reason.code)))
        throw error;
    }
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

  setTyping(conversation: string, typing: boolean): void {
    // Only a hint: losing it costs nothing.
    this.service.request("SetTyping", { cid: this.cid, conversation, typing }).catch(() => undefined);
  }

  private restUnlessNeeded(): void {
    if (!this.shown && !this.expected && !this.outgoing.wordsInHand()) this.following.stop();
  }
}
