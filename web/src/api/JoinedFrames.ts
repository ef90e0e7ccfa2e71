/** Frames that come close together are handled in one go, so that the page is drawn once for all of them. */

interface ResponseFrame {
  readonly name: string;
  readonly body: unknown;
}

/** What these say is for the screen alone: nobody can do anything with it before the screen is drawn again. */
const FOR_THE_SCREEN = new Set(["ViewEvents", "LocalAccountsChanged", "MessageQueued", "Done"]);
/** A message brings about five. More are not held back, however slowly the page is drawn. */
const MOST_WAITING = 200;
/** A page that has just gone out of sight is not painted any more. */
const UNPAINTED_MILLISECONDS = 100;

export class JoinedFrames {
  private waiting: ResponseFrame[] = [];

  constructor(
    private readonly beforePaint: (work: () => void) => void,
    private readonly handle: (frames: readonly ResponseFrame[]) => void,
  ) {}

  /** Answers whether the frame can wait; if not, it is the caller's. */
  add(name: string, body: unknown): boolean {
    if (!FOR_THE_SCREEN.has(name)) return false;
    this.waiting.push({ name, body });
    if (this.waiting.length >= MOST_WAITING) this.flush();
    else if (this.waiting.length === 1)
      this.beforePaint(() => {
        this.flush();
      });
    return true;
  }

  /** Handles what waits, in the order in which it came. */
  flush(): void {
    if (this.waiting.length === 0) return;
    const frames = this.waiting;
    this.waiting = [];
    this.handle(frames);
  }
}

/** Once, before the page is painted the next time; at once when nobody sees it, for its timers hardly run then. */
export function beforePaint(work: () => void): void {
  if (document.visibilityState === "hidden") {
    work();
    return;
  }
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    work();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, UNPAINTED_MILLISECONDS);
}

/** Once the page has been painted the next time; soon, when nobody sees it. */
export function afterPaint(work: () => void): void {
  beforePaint(() => setTimeout(work));
}
