/** "is typing…" ends by a note, and where none comes, by time: a service that hangs says nothing any more. */
import type { TypingChanged, ViewEvent } from "../api/generated";

/** Longer than the service waits, so that it is the service that ends it as long as it can. */
export const TYPING_MILLISECONDS = 12_000;

export class TypingEnds {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly end: (event: TypingChanged) => void) {}

  heard(event: ViewEvent): void {
    if (event.type !== "TypingChanged") return;
    const { conversation, typing } = event;
    clearTimeout(this.timers.get(conversation));
    this.timers.delete(conversation);
    if (!typing) return;
    this.timers.set(
      conversation,
      setTimeout(() => {
        this.timers.delete(conversation);
        this.end({ type: "TypingChanged", conversation, typing: false });
      }, TYPING_MILLISECONDS),
    );
  }
}
