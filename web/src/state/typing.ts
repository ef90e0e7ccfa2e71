/** "is typing…" ends by a note, and where none comes, by time: a service that hangs says nothing any more. */
import type { Cid, TypingChanged, ViewEvent } from "../api/generated";

/** Longer than the service waits, so that it is the service that ends it as long as it can. */
export const TYPING_MILLISECONDS = 12_000;

export class TypingEnds {
  private readonly timers = new Map<Cid, ReturnType<typeof setTimeout>>();

  constructor(private readonly end: (event: TypingChanged) => void) {}

  heard(event: ViewEvent): void {
    if (event.type !== "TypingChanged") return;
    const { peer_cid, typing } = event;
    clearTimeout(this.timers.get(peer_cid));
    this.timers.delete(peer_cid);
    if (!typing) return;
    this.timers.set(
      peer_cid,
      setTimeout(() => {
        this.timers.delete(peer_cid);
        this.end({ type: "TypingChanged", peer_cid, typing: false });
      }, TYPING_MILLISECONDS),
    );
  }
}
