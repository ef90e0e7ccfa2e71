/** Goes to a message to which somebody was led, and marks it for a moment. */
import type { RefObject } from "react";
import { useEffect } from "react";

import { useSession, useSessionState } from "../../state/context";
import type { Jump } from "../../state/sessionState";
import { rowOf } from "./acting/rows";

interface Scrolling {
  readonly showAt: (selector: string) => boolean;
  readonly unpin: () => void;
}

const MARKED_MILLISECONDS = 2400;

/** The way there, while it is not at its end. */
export function useJump(
  conversation: string,
  scroller: RefObject<HTMLElement | null>,
  { showAt, unpin }: Scrolling,
): Jump | null {
  const session = useSession();
  const jump = useSessionState((state) => (state.jump?.conversation === conversation ? state.jump : null));
  useEffect(() => {
    if (jump === null || jump.state === "gone" || jump.state === "failed") return;
    unpin(); // what arrives must not lead to the end again
    if (jump.state !== "here") return;
    const row = scroller.current && rowOf(scroller.current, jump.message);
    session.pages.jumped();
    if (row === null) return;
    showAt(`[data-message="${CSS.escape(jump.message)}"]`);
    row.focus({ preventScroll: true });
    mark(row);
  }, [session, jump, scroller, showAt, unpin]);
  return jump;
}

/** Beside what React draws there: a row is not drawn anew for it. */
function mark(row: HTMLElement): void {
  delete row.dataset.found;
  row.getBoundingClientRect(); // begins anew where it is marked already
  row.dataset.found = "";
  setTimeout(() => delete row.dataset.found, MARKED_MILLISECONDS);
}
