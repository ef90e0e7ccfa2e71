/** Whether the other end of a socket still answers: a process that hangs, or a computer that slept, closes nothing. */
import type { Stop } from "./InternalService";

export interface Heart {
  now(): number;
  /** Tells when the page may have slept: it is shown again, the network is back. */
  onWake(listener: () => void): Stop;
}

/** So much silence, and we ask. */
const ASK_AFTER_MILLISECONDS = 4000;
/** Nobody answers anything else for so long: then nobody is there. */
const ANSWER_MILLISECONDS = 6000;
/** A timer that is later than this was asleep itself, and may have been woken before the answer is read. */
const LATE_MILLISECONDS = 2000;

export class Heartbeat {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopListening: Stop | null = null;
  private heard = 0;
  private asked = false;

  constructor(
    private readonly heart: Heart,
    private readonly ask: () => void,
    private readonly lost: (lastHeard: number) => void,
  ) {}

  start(): void {
    this.stop();
    this.stopListening = this.heart.onWake(() => {
      this.askNow();
    });
    this.hear();
    this.waitToAsk();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.stopListening?.();
    this.stopListening = null;
  }

  /** Anything came: they are there. The timer is left alone, because much may come. */
  hear(): void {
    this.heard = this.heart.now();
    if (!this.asked) return;
    this.asked = false;
    this.waitToAsk();
  }

  private waitToAsk(): void {
    this.after(this.heard + ASK_AFTER_MILLISECONDS - this.heart.now(), () => {
      if (this.heart.now() - this.heard < ASK_AFTER_MILLISECONDS) this.waitToAsk();
      else this.askNow();
    });
  }

  private askNow(): void {
    this.asked = true;
    this.ask();
    const due = this.heart.now() + ANSWER_MILLISECONDS;
    this.after(ANSWER_MILLISECONDS, () => {
      if (this.heart.now() - due > LATE_MILLISECONDS) this.askNow();
      else this.lost(this.heard);
    });
  }

  private after(milliseconds: number, work: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(work, Math.max(0, milliseconds));
  }
}

/** What this browser tells of waking up. */
export function onPageWake(listener: () => void): Stop {
  const shown = () => {
    if (document.visibilityState === "visible") listener();
  };
  document.addEventListener("visibilitychange", shown);
  window.addEventListener("pageshow", shown);
  window.addEventListener("online", listener);
  return () => {
    document.removeEventListener("visibilitychange", shown);
    window.removeEventListener("pageshow", shown);
    window.removeEventListener("online", listener);
  };
}
