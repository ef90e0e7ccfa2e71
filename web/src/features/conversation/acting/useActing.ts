/**
 * Which message somebody points at, and what they ask for: heard once for the whole list, so that a row costs nothing.
 *
 * Keys: Ctrl ↑ (or ⌘ ↑) at the start of the composer, or an arrow in the list, goes to the messages; arrows, Home and End go
 * from one to the next, Enter or the menu key opens what can be done, letters do it at once, Esc goes back to the composer.
 */
import type { RefObject } from "react";
import { useEffect, useMemo, useRef, useState } from "react";

import { idOf, visibleRows } from "./rows";
import type { ActionName } from "./actionsOf";
import { isPressed } from "../../../state/keys";
import { actionsOfKey } from "./actionsOf";

export interface Pointed {
  readonly id: string;
  readonly row: HTMLElement;
}

export interface MessageMenuAt extends Pointed {
  readonly x: number;
  readonly y: number;
}

export interface AskedAction extends Pointed {
  /** The one of these that the message offers. */
  readonly actions: readonly ActionName[];
}

interface ActingState {
  readonly pointed: Pointed | null;
  readonly menu: MessageMenuAt | null;
  readonly asked: AskedAction | null;
}

export interface ActingHere extends ActingState {
  readonly openMenu: (menu: MessageMenuAt) => void;
  readonly closeMenu: () => void;
  readonly answered: () => void;
  /** Something of the message is open: it stays the one that is pointed at. */
  readonly hold: (held: boolean) => void;
}

/** Lines about the conversation are nobody's message. */
export const ROW = "[data-message][tabindex]";
const LONG_PRESS_MILLISECONDS = 450;
const STILL_PIXELS = 10;
const NOTHING: ActingState = { pointed: null, menu: null, asked: null };

export function useActing(scroller: RefObject<HTMLElement | null>): ActingHere {
  const [state, setState] = useState(NOTHING);
  const held = useRef(false);

  useEffect(() => {
    const root = scroller.current;
    const section = root?.closest<HTMLElement>("section");
    if (!root || !section) return;
    let press: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };

    const point = (row: HTMLElement | null) => {
      if (held.current) return;
      setState((now) =>
        (now.pointed?.row ?? null) === row ? now : { ...now, pointed: row && { id: idOf(row), row } },
      );
    };
    const openMenu = (row: HTMLElement, x: number, y: number) => {
      setState((now) => ({ ...now, menu: { id: idOf(row), row, x, y } }));
    };
    const ask = (row: HTMLElement, actions: readonly ActionName[]) => {
      setState((now) => ({ ...now, asked: { id: idOf(row), row, actions } }));
    };

    const pointerOver = (event: PointerEvent) => {
      if (event.pointerType !== "touch") point(rowAt(event.target));
    };
    const pointerLeave = () => {
      point(rowAt(document.activeElement));
    };
    const focusIn = (event: FocusEvent) => {
      point(rowAt(event.target));
    };
    const focusOut = (event: FocusEvent) => {
      if (!root.contains(event.relatedTarget as Node | null)) point(null);
    };
    const contextMenu = (event: MouseEvent) => {
      const row = rowAt(event.target);
      if (row === null || event.shiftKey || isBrowsers(event.target, row)) return;
      event.preventDefault();
      clearTimeout(press);
      const byKey = event.clientX === 0 && event.clientY === 0;
      const { left, bottom } = row.getBoundingClientRect();
      openMenu(row, byKey ? left + 24 : event.clientX, byKey ? bottom : event.clientY);
    };
    const pointerDown = (event: PointerEvent) => {
      clearTimeout(press);
      const row = rowAt(event.target);
      if (event.pointerType !== "touch" || row === null) return;
      from = { x: event.clientX, y: event.clientY };
      press = setTimeout(() => {
        openMenu(row, from.x, from.y);
      }, LONG_PRESS_MILLISECONDS);
    };
    const pointerMove = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL_PIXELS) clearTimeout(press);
    };
    const pressOver = () => {
      clearTimeout(press);
    };
    const click = (event: MouseEvent) => {
      const row = rowAt(event.target);
      const action = event.target instanceof Element && event.target.closest<HTMLElement>("[data-act]");
      if (row !== null && action) ask(row, [action.dataset.act as ActionName]);
    };
    const toMessages = (): boolean => {
      const last = visibleRows(root).findLast((row) => row.matches(ROW));
      const row = last ?? [...root.querySelectorAll<HTMLElement>(ROW)].at(-1);
      if (row !== undefined) goTo(row);
      return row !== undefined;
    };
    const keyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const row = rowAt(event.target);
      const onRow = row !== null && row === event.target;
      if (event.ctrlKey || event.metaKey) return;
      if (event.key === "Escape" && row !== null) {
        if (onRow) section.querySelector("textarea")?.focus({ preventScroll: true });
        else row.focus({ preventScroll: true });
      } else if (event.target === root && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        if (!toMessages()) return;
      } else if (!onRow) return;
      else if (isPressed("menu", event)) {
        const { left, bottom } = row.getBoundingClientRect();
        openMenu(row, left + 24, bottom);
      } else {
        const next = neighbour(root, row, event.key);
        const actions = actionsOfKey(event.key);
        if (next !== undefined) goTo(next);
        else if (actions.length > 0) ask(row, actions);
        else return;
      }
      event.preventDefault();
    };
    const keyInSection = (event: KeyboardEvent) => {
      const field = event.target;
      if (!isPressed("toMessages", event)) return;
      if (!(field instanceof HTMLTextAreaElement) || field.selectionEnd > 0) return;
      if (toMessages()) event.preventDefault();
    };

    const heard = [
      listen(root, "pointerover", pointerOver),
      listen(root, "pointerleave", pointerLeave),
      listen(root, "focusin", focusIn),
      listen(root, "focusout", focusOut),
      listen(root, "contextmenu", contextMenu),
      listen(root, "pointerdown", pointerDown),
      listen(root, "pointermove", pointerMove),
      listen(root, "pointerup", pressOver),
      listen(root, "pointercancel", pressOver),
      listen(root, "click", click),
      listen(root, "keydown", keyDown),
      listen(section, "keydown", keyInSection),
    ];
    return () => {
      clearTimeout(press);
      for (const stop of heard) stop();
    };
  }, [scroller]);

  return useMemo(
    () => ({
      ...state,
      openMenu: (menu) => {
        setState((now) => ({ ...now, menu }));
      },
      closeMenu: () => {
        setState((now) => ({ ...now, menu: null }));
      },
      answered: () => {
        setState((now) => ({ ...now, asked: null }));
      },
      hold: (isHeld) => {
        held.current = isHeld;
      },
    }),
    [state],
  );
}

function listen<Name extends keyof HTMLElementEventMap>(
  on: HTMLElement,
  name: Name,
  heard: (event: HTMLElementEventMap[Name]) => void,
): () => void {
  on.addEventListener(name, heard);
  return () => {
    on.removeEventListener(name, heard);
  };
}

function rowAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(ROW) : null;
}

/** The browser's own menu knows more about a link, and about words that were marked. */
function isBrowsers(target: EventTarget | null, row: HTMLElement): boolean {
  if (target instanceof Element && target.closest("a[href], input, textarea") !== null) return true;
  const marked = getSelection();
  return marked !== null && !marked.isCollapsed && row.contains(marked.anchorNode);
}

function neighbour(root: HTMLElement, row: HTMLElement, key: string): HTMLElement | undefined {
  const rows = [...root.querySelectorAll<HTMLElement>(ROW)];
  const place = rows.indexOf(row);
  switch (key) {
    case "ArrowUp":
      return rows[Math.max(0, place - 1)];
    case "ArrowDown":
      return rows[Math.min(rows.length - 1, place + 1)];
    case "Home":
      return rows[0];
    case "End":
      return rows.at(-1);
    default:
      return undefined;
  }
}

function goTo(row: HTMLElement): void {
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
