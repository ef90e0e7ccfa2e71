/** Tells the other side that one is typing: rarely, and never longer than it is true. */
import { useCallback, useEffect, useRef } from "react";

import { useSession } from "../../state/context";

/** Said again this often while typing goes on. */
const REPEAT_MILLISECONDS = 4000;
/** Without a key press for this long, it is over. */
const PAUSE_MILLISECONDS = 6000;

export function useTypingSignal(conversation: string) {
  const session = useSession();
  const said = useRef(0);
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const stop = useCallback(() => {
    clearTimeout(pause.current);
    if (said.current === 0) return;
    said.current = 0;
    session.setTyping(conversation, false);
  }, [session, conversation]);

  const typed = useCallback(
    (something: boolean) => {
      if (!something) {
        stop();
        return;
      }
      const now = performance.now();
      if (said.current === 0 || now - said.current > REPEAT_MILLISECONDS) {
        said.current = now;
        session.setTyping(conversation, true);
      }
      clearTimeout(pause.current);
      pause.current = setTimeout(stop, PAUSE_MILLISECONDS);
    },
    [session, conversation, stop],
  );

  useEffect(() => stop, [stop]);
  return { typed, stop };
}
