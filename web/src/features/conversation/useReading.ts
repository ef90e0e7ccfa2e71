/** Tells the service what was on a screen: what was painted, for its writer, and what was seen, for one's own badge. */
import type { RefObject } from "react";
import { useEffect, useRef } from "react";

import type { MessageView } from "../../api/generated";
import { isAttended } from "../../state/attention";
import { useSession } from "../../state/context";
import { idOf, visibleRows } from "./acting/rows";
import { isInView, ScreenTime } from "./screenTime";

interface Options {
  readonly scroller: RefObject<HTMLElement | null>;
  /** Its id. */
  readonly conversation: string;
  readonly messages: readonly MessageView[];
  readonly unread: number;
}

export function useReading({ scroller, conversation, messages, unread }: Options): void {
  const session = useSession();
  const latest = useRef({ messages, unread });
  const lookAgain = useRef<() => void>(() => undefined);

  useEffect(() => {
    const time = new ScreenTime();
    const seen = new Set<string>();
    const told = new Set<string>();
    let seenUpTo = 0;
    const element = scroller.current;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;

    const tell = async (painted: readonly string[], upTo: number) => {
      for (const id of painted) told.add(id);
      seenUpTo = Math.max(seenUpTo, upTo);
      if (await session.markRead(conversation, painted, seenUpTo)) return;
      for (const id of painted) told.delete(id); // with the next look
      seenUpTo = 0;
    };
    const look = () => {
      frame = 0;
      const unpainted = unpaintedOf(latest.current.messages, told);
      if (element === null || !isAttended()) {
        time.stop();
        return;
      }
      if (unpainted.size > 0 || latest.current.unread > 0) {
        const inView = rowsInView(element);
        for (const id of inView) seen.add(id);
        const now = performance.now();
        const painted = time.look(
          inView.filter((id) => unpainted.has(id)),
          now,
        );
        const upTo = latest.current.unread > 0 ? seenOf(latest.current.messages, seen) : 0;
        if (painted.length > 0 || upTo > seenUpTo) void tell(painted, upTo);
        // Until then nothing moves unless it is scrolled, changed or resized, and each of these looks again.
        const next = time.next(painted, now);
        if (next !== null) timer = setTimeout(begin, next);
      }
    };
    // Two frames: what is looked at was painted before. A window that nobody sees gets none.
    const begin = () => {
      clearTimeout(timer);
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(look);
      });
    };
    const leave = () => {
      time.stop();
    };
    const change = () => {
      if (document.visibilityState === "visible") begin();
      else leave();
    };
    lookAgain.current = begin;
    begin();
    document.addEventListener("visibilitychange", change);
    window.addEventListener("focus", begin);
    element?.addEventListener("scroll", begin, { passive: true });
    const resized = new ResizeObserver(begin);
    if (element) resized.observe(element);
    if (element?.firstElementChild) resized.observe(element.firstElementChild);
    window.addEventListener("blur", leave);
    return () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      document.removeEventListener("visibilitychange", change);
      window.removeEventListener("focus", begin);
      element?.removeEventListener("scroll", begin);
      resized.disconnect();
      window.removeEventListener("blur", leave);
    };
  }, [session, conversation, scroller]);

  useEffect(() => {
    latest.current = { messages, unread };
    lookAgain.current();
  }, [messages, unread]);
}

function rowsInView(scroller: HTMLElement): readonly string[] {
  const window = scroller.getBoundingClientRect();
  return visibleRows(scroller)
    .filter((row) => isInView(row.getBoundingClientRect(), window))
    .map(idOf);
}

function unpaintedOf(messages: readonly MessageView[], told: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    messages
      .filter((message) => !message.mine && !message.painted && !told.has(message.id))
      .map(({ id }) => id),
  );
}

/** The arrival up to which everything counts as seen, but never past what came late and stands above, unseen. */
export function seenOf(messages: readonly MessageView[], seen: ReadonlySet<string>): number {
  let highest = 0;
  let lowestMissed = Infinity;
  for (const message of messages) {
    if (message.mine) continue;
    if (seen.has(message.id)) highest = Math.max(highest, message.arrival);
    else if (message.arrived_late && !message.seen)
      lowestMissed = Math.min(lowestMissed, message.arrival - 1);
  }
  return Math.min(highest, lowestMissed);
}
