/** What stands in one conversation's composer, and how far it is kept elsewhere. */
import { newMessageId } from "../api/identifiers";

export class Writing {
  /** Of the sealed record in this browser. */
  readonly recordId: string;
  /** Null until it is known which one is this window's. */
  slot: string | null = null;
  revision = 0;
  text = "";
  /** What the service has of it. */
  answered = "";
  /** What was told last and not refused. */
  told: string | null = "";
  /** What lies sealed in this browser. */
  sealed: string | null = null;
  /** Whoever shows it is told when it becomes another one without them. */
  show: ((text: string) => void) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(recordId: string = newMessageId()) {
    this.recordId = recordId;
  }

  /** The service does not have it as it stands. */
  get inHand(): boolean {
    return this.text !== "" && this.text !== this.answered;
  }

  /** It would be lost with the page. */
  get unsealed(): boolean {
    return this.inHand && this.text !== this.sealed;
  }

  become(text: string): void {
    this.text = text;
    this.show?.(text);
  }

  /** Once, `milliseconds` from the first call on. */
  later(milliseconds: number, work: () => void): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      work();
    }, milliseconds);
  }

  cancelLater(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
