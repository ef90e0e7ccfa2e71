/** The keys that work everywhere inside an account. */
import { useEffect, useRef } from "react";

import type { Cid } from "../api/generated";
import { useSession } from "../state/context";
import type { Place } from "../state/address";
import { directMessagesOf } from "../words/lists";

interface Options {
  readonly place: Place;
  readonly onSwitcher: () => void;
  readonly onConversation: (peer: Cid) => void;
  readonly onEscape: () => void;
}

/** What floats above the page closes first, and by itself. */
const OPEN_LAYER = "dialog[open], [role=menu], [data-radix-popper-content-wrapper]";

export function useKeyboard(options: Options): void {
  const session = useSession();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    const neighbour = (step: 1 | -1): Cid | undefined => {
      const { workspace } = session.store.get();
      const peers = workspace === null ? [] : directMessagesOf(workspace).map((peer) => peer.cid);
      const { place } = latest.current;
      const here = place.kind === "conversation" ? peers.indexOf(place.peer) : -1;
      if (here === -1) return step === 1 ? peers[0] : peers.at(-1);
      return peers[(here + step + peers.length) % peers.length];
    };
    const keyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        latest.current.onSwitcher();
      } else if (event.key === "Escape" && document.querySelector(OPEN_LAYER) === null) {
        latest.current.onEscape();
      }
    };
    // Heard before any control: a menu's button would open its menu on an arrow, with Alt or without.
    const arrowDown = (event: KeyboardEvent) => {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown") || event.isComposing)
        return;
      event.preventDefault();
      event.stopPropagation();
      const peer = neighbour(event.key === "ArrowDown" ? 1 : -1);
      if (peer !== undefined) latest.current.onConversation(peer);
    };
    window.addEventListener("keydown", arrowDown, { capture: true });
    window.addEventListener("keydown", keyDown);
    return () => {
      window.removeEventListener("keydown", arrowDown, { capture: true });
      window.removeEventListener("keydown", keyDown);
    };
  }, [session]);
}
