/** Tells the service what was on a screen, and only that. */
import { useCallback, useEffect, useRef } from "react";

import type { Cid, MessageView } from "../../api/generated";
import { useSession } from "../../state/context";

export function useReadMarks(peer: Cid, messages: readonly MessageView[], unread: number) {
  const session = useSession();
  const seen = useRef(new Set<string>());
  const marked = useRef(0);
  const latest = useRef({ messages, unread });

  const mark = useCallback(() => {
    const upTo = readUpTo(latest.current.messages, seen.current);
    if (latest.current.unread === 0 || upTo <= marked.current) return;
    marked.current = upTo;
    void session.markRead(peer, upTo).then((taken) => {
      if (!taken) marked.current = 0; // asked again with the next look
    });
  }, [session, peer]);

  useEffect(() => {
    latest.current = { messages, unread };
    mark(); // the count may follow after the message was drawn
  }, [messages, unread, mark]);

  return useCallback(
    (visible: readonly string[]) => {
      if (document.visibilityState !== "visible") return;
      for (const id of visible) seen.current.add(id);
      mark();
    },
    [mark],
  );
}

/** The highest arrival of which it is true that everything up to it was seen; what came late above the view was not. */
export function readUpTo(messages: readonly MessageView[], seen: ReadonlySet<string>): number {
  const received = messages.filter((message) => !message.mine);
  const highestSeen = Math.max(0, ...received.filter(({ id }) => seen.has(id)).map(({ arrival }) => arrival));
  const missedLate = received.filter(
    (message) => message.arrived_late && !message.read && !seen.has(message.id),
  );
  return Math.min(highestSeen, ...missedLate.map(({ arrival }) => arrival - 1));
}
