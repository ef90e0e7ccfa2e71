/** The slot of this window, and which slots other open windows of this browser hold. */
import { newMessageId } from "../api/identifiers";

export interface Windows {
  /** The slot that this window writes its drafts in; the same after a reload. */
  own(): Promise<string>;
  /** Makes a slot this window's, until it closes. False: another open window has it. */
  claim(slot: string): Promise<boolean>;
}

const KEY = "casemate.slot";
/** A reloaded page may be there before the browser has let go of the old one's locks. */
const HANDED_OVER_MILLISECONDS = 1000;

export class BrowserWindows implements Windows {
  private slot: Promise<string> | null = null;
  private readonly held = new Set<string>();

  own(): Promise<string> {
    this.slot ??= this.findOwn();
    return this.slot;
  }

  async claim(slot: string): Promise<boolean> {
    return this.held.has(slot) || (await this.lock(slot, { ifAvailable: true }));
  }

  /** A duplicated tab has a copy of the other one's session storage, but not its lock. */
  private async findOwn(): Promise<string> {
    const before = sessionStorage.getItem(KEY);
    if (before !== null) {
      const patience = AbortSignal.timeout(HANDED_OVER_MILLISECONDS);
      if (await this.lock(before, { signal: patience })) return before;
    }
    const fresh = newMessageId();
    sessionStorage.setItem(KEY, fresh);
    await this.claim(fresh);
    return fresh;
  }

  private lock(slot: string, options: LockOptions): Promise<boolean> {
    // Only pages that count as secure have locks. Without them every page has a slot of its own.
    if (!("locks" in navigator)) {
      this.held.add(slot);
      return Promise.resolve(true);
    }
    return new Promise((settled) => {
      const untilThePageGoes = new Promise<void>(() => undefined);
      navigator.locks
        .request(`casemate.slot.${slot}`, options, (lock) => {
          if (lock !== null) this.held.add(slot);
          settled(lock !== null);
          return lock === null ? undefined : untilThePageGoes;
        })
        .catch(() => {
          settled(false);
        });
    });
  }
}
