/** Keeps the reader's place: at the end while they are there, else where the message they look at is. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

interface Anchor {
  readonly id: string;
  /** Pixels from the top of what is visible to the top of the message. */
  readonly offset: number;
}

interface Options {
  /** Anything that changes when the content does. */
  readonly content: unknown;
  readonly isLatest: boolean;
  /** A message of which it is told whether it is above what is visible. */
  readonly watched: string | null;
  readonly onNearStart: () => void;
  readonly onNearEnd: () => void;
  /** Message ids that are on the screen, top to bottom. */
  readonly onVisible: (ids: readonly string[]) => void;
}

/** Where the end begins: closer than this, new messages keep the reader at the end. */
const END_PIXELS = 64;
/** Pages are asked for before the reader sees where they end. */
const AHEAD_PIXELS = 1200;

export function useMessageScroll({ content, isLatest, watched, onNearStart, onNearEnd, onVisible }: Options) {
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor | null>(null);
  const pinned = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const [watchedAbove, setWatchedAbove] = useState(false);
  const callbacks = useRef({ isLatest, watched, onNearStart, onNearEnd, onVisible });

  useEffect(() => {
    callbacks.current = { isLatest, watched, onNearStart, onNearEnd, onVisible };
  });

  const look = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const now = callbacks.current;
    const below = element.scrollHeight - element.clientHeight - element.scrollTop;
    pinned.current = now.isLatest && below < END_PIXELS;
    setAtEnd(pinned.current);
    setWatchedAbove(now.watched !== null && isAbove(element, now.watched));
    const visible = visibleRows(element);
    const first = visible[0];
    anchor.current = first
      ? { id: idOf(first), offset: first.getBoundingClientRect().top - element.getBoundingClientRect().top }
      : null;
    if (element.clientHeight > 0) {
      // A list without a size is at both of its ends at once, and would fetch pages forever.
      if (element.scrollTop < AHEAD_PIXELS) now.onNearStart();
      else if (below < AHEAD_PIXELS) now.onNearEnd();
    }
    now.onVisible(visible.map(idOf));
  }, []);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, []);

  /** Puts a message, or the line above what is new, in the upper part of the view. */
  const showAt = useCallback((selector: string): boolean => {
    const element = scroller.current;
    const target = element?.querySelector(selector);
    if (!element || !target) return false;
    const top = target.getBoundingClientRect().top - element.getBoundingClientRect().top;
    element.scrollTop += top - element.clientHeight / 4;
    return true;
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (pinned.current) toEnd();
    else keepAnchor(element, anchor.current);
    look();
  }, [content, look, toEnd]);

  // The composer grows, the window changes, fonts arrive: the end stays the end.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (pinned.current) toEnd();
      else keepAnchor(element, anchor.current);
    });
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => {
      observer.disconnect();
    };
  }, [toEnd]);

  useEffect(() => {
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
    };
  }, [look]);

  return {
    scroller,
    atEnd,
    watchedAbove,
    onScroll: look,
    toEnd,
    showAt,
    unpin: () => (pinned.current = false),
  };
}

function keepAnchor(scroller: HTMLElement, anchor: Anchor | null): void {
  if (anchor === null) return;
  const row = scroller.querySelector(`[data-message="${CSS.escape(anchor.id)}"]`);
  if (row === null) return;
  const offset = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  if (Math.abs(offset - anchor.offset) > 0.5) scroller.scrollTop += offset - anchor.offset;
}

function isAbove(scroller: HTMLElement, id: string): boolean {
  const row = scroller.querySelector(`[data-message="${CSS.escape(id)}"]`);
  return row !== null && row.getBoundingClientRect().bottom < scroller.getBoundingClientRect().top;
}

function visibleRows(scroller: HTMLElement): readonly HTMLElement[] {
  const rows = [...scroller.querySelectorAll<HTMLElement>("[data-message]")];
  const { top, bottom } = scroller.getBoundingClientRect();
  // Rows are in order of their place, so the first visible one is found by halving.
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) <= top) low = middle + 1;
    else high = middle;
  }
  const visible: HTMLElement[] = [];
  for (const row of rows.slice(low)) {
    if (row.getBoundingClientRect().top >= bottom) break;
    visible.push(row);
  }
  return visible;
}

function idOf(row: HTMLElement): string {
  return row.dataset.message ?? "";
}
