/** When a message counts as painted: enough of it, for long enough, on a page that somebody looks at. */

/** A vertical stretch of the page, in pixels. */
export interface Span {
  readonly top: number;
  readonly bottom: number;
}

/** A glance takes no less. */
export const PAINTED_MILLISECONDS = 500;

/** Half of the row, or half of the window where the row is taller. */
export function isInView(row: Span, window: Span): boolean {
  const shown = Math.min(row.bottom, window.bottom) - Math.max(row.top, window.top);
  return shown > 0 && shown >= Math.min(row.bottom - row.top, window.bottom - window.top) / 2;
}

/** Since when each row has been in view without a break. Every look is at a frame that was painted. */
export class ScreenTime {
  private since = new Map<string, number>();

  /** Answers which of these have been there for long enough. */
  look(inView: readonly string[], now: number): readonly string[] {
    this.since = new Map(inView.map((id) => [id, this.since.get(id) ?? now]));
    return inView.filter((id) => now - (this.since.get(id) ?? now) >= PAINTED_MILLISECONDS);
  }

  /** How long it takes until the next of them has been there for long enough; null when there is none. */
  next(painted: readonly string[], now: number): number | null {
    const begun = [...this.since].filter(([id]) => !painted.includes(id)).map(([, since]) => since);
    return begun.length === 0 ? null : Math.max(0, Math.min(...begun) + PAINTED_MILLISECONDS - now);
  }

  /** Nobody looks: what was begun does not count. */
  stop(): void {
    this.since.clear();
  }
}
