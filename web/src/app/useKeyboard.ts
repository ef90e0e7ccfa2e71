/** The keys that work everywhere inside an account. */
import { useEffect, useRef } from "react";

import { useSession } from "../state/context";
import type { Place } from "../state/address";
import { isPressed } from "../state/keys";
import { listedOf } from "../words/lists";

interface Options {
  readonly place: Place;
  readonly onSwitcher: () => void;
  readonly onSearch: () => void;
  readonly onShortcuts: () => void;
  readonly onConversation: (conversation: string) => void;
  readonly onEscape: () => void;
}

/** What floats above the page closes first, and by itself. */
const OPEN_LAYER = "dialog[open], [role=menu], [data-radix-popper-content-wrapper]";

/** Where the focus is on a button, its name floats, too; that takes no key. */
const OPEN_BUT_FOR_NAMES =
  "dialog[open], [role=menu], [data-radix-popper-content-wrapper]:not(:has([role=tooltip]))";

/** Fields for text alone: a radio button or a switch takes no letters. */
const TEXT_FIELDS =
  "input:not([type=radio], [type=checkbox], [type=range], [type=file]), textarea, [contenteditable]";

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(TEXT_FIELDS);
}

function isInSearch(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === "search";
}

export function useKeyboard(options: Options): void {
  const session = useSession();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    const neighbour = (step: 1 | -1): string | undefined => {
      const { workspace } = session.store.get();
      const all = workspace === null ? [] : listedOf(workspace).map((peer) => peer.conversation);
      const { place } = latest.current;
      const here = place.kind === "conversation" ? all.indexOf(place.conversation) : -1;
      if (here === -1) return step === 1 ? all[0] : all.at(-1);
      return all[(here + step + all.length) % all.length];
    };
    const keyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (isPressed("switcher", event)) {
        event.preventDefault();
        latest.current.onSwitcher();
      } else if (isPressed("shortcuts", event)) {
        if (isWriting(event.target) || document.querySelector(OPEN_BUT_FOR_NAMES) !== null) return;
        event.preventDefault();
        latest.current.onShortcuts();
      } else if (isPressed("search", event)) {
        // The browser would find only what is drawn of a conversation. Where that is wanted, the key is pressed again.
        if (latest.current.place.kind !== "conversation" || isInSearch(event.target)) return;
        if (document.querySelector(OPEN_BUT_FOR_NAMES) !== null) return;
        event.preventDefault();
        latest.current.onSearch();
      } else if (isPressed("close", event) && document.querySelector(OPEN_LAYER) === null) {
        latest.current.onEscape();
      }
    };
    // Heard before any control: a menu's button would open its menu on an arrow, with Alt or without.
    const arrowDown = (event: KeyboardEvent) => {
      const step = isPressed("next", event) ? 1 : isPressed("previous", event) ? -1 : null;
      if (step === null || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      const next = neighbour(step);
      if (next !== undefined) latest.current.onConversation(next);
    };
    window.addEventListener("keydown", arrowDown, { capture: true });
    window.addEventListener("keydown", keyDown);
    return () => {
      window.removeEventListener("keydown", arrowDown, { capture: true });
      window.removeEventListener("keydown", keyDown);
    };
  }, [session]);
}
