/** Keeps the reader's place: at the end while they are there, else where the message they look at is. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import { idOf, rowOf, visibleRows } from "./acting/rows";
import type { Anchor } from "./keptPlaces";

interface Options {
  /** Anything that changes when the content does. */
  readonly content: unknown;
  readonly isLatest: boolean;
  /** More than this is never drawn at once. */
  readonly isFull: boolean;
  /** A message of which it is told whether it is above what is visible. */
  readonly watched: string | null;
  /** Where it begins, if that is drawn; null: at the end. */
  readonly begins: Anchor | null;
  readonly onNearStart: () => void;
  readonly onNearEnd: () => void;
}

/** Where the end begins: closer than this, new messages keep the reader at the end. */
const END_PIXELS = 64;
/** Pages are asked for before the reader sees where they end. */
const AHEAD_PIXELS = 1200;

export function useMessageScroll(options: Options) {
  const { content, isLatest, isFull, watched, begins, onNearStart, onNearEnd } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor | null>(begins);
  const pinned = useRef(true);
  const begun = useRef(false);
  const [atEnd, setAtEnd] = useState(true);
  const [watchedAbove, setWatchedAbove] = useState(false);
  /** On the way to the end, which may have to be loaded first. */
  const [following, setFollowing] = useState(false);
  const callbacks = useRef({ isLatest, isFull, watched, onNearStart, onNearEnd });

  useLayoutEffect(() => {
    callbacks.current = { isLatest, isFull, watched, onNearStart, onNearEnd };
  });

  const look = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const now = callbacks.current;
    const below = element.scrollHeight - element.clientHeight - element.scrollTop;
    pinned.current = now.isLatest && below < END_PIXELS;
    setAtEnd(pinned.current);
    if (pinned.current) setFollowing(false); // from here on the end stays the end
    setWatchedAbove(now.watched !== null && isAbove(element, now.watched));
    const visible = visibleRows(element);
    const first = visible[0];
    anchor.current = first
      ? { id: idOf(first), offset: first.getBoundingClientRect().top - element.getBoundingClientRect().top }
      : null;
    if (element.clientHeight > 0) {
      // A list without a size is at both of its ends at once, and would fetch pages forever.
      // A short one is near both at once, and may go on at either; a full one could only lose what is looked at.
      const [nearStart, nearEnd] = [element.scrollTop < AHEAD_PIXELS, below < AHEAD_PIXELS];
      if (nearStart && !(nearEnd && now.isFull)) now.onNearStart();
      if (nearEnd && !(nearStart && now.isFull)) now.onNearEnd();
    }
  }, []);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, []);

  /** Puts a message, or the line above what is new, in the upper part of the view. */
  const showAt = useCallback(
    (selector: string): boolean => {
      const element = scroller.current;
      const target = element?.querySelector(selector);
      if (!element || !target) return false;
      const top = target.getBoundingClientRect().top - element.getBoundingClientRect().top;
      element.scrollTop += top - element.clientHeight / 4;
      return true;
    },
    [scroller],
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (!begun.current) {
      begun.current = true;
      pinned.current = anchor.current === null || rowOf(element, anchor.current.id) === null;
    }
    if (pinned.current || following) toEnd();
    else keepAnchor(element, anchor.current);
    look();
  }, [content, following, look, toEnd]);

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

  return {
    scroller,
    atEnd,
    watchedAbove,
    following,
    onScroll: look,
    /** Leads to the latest message as soon as it is there. */
    follow: useCallback(() => {
      setFollowing(true);
    }, []),
    showAt,
    /** Where the reader is; null: at the end. */
    place: useCallback((): Anchor | null => (pinned.current ? null : anchor.current), []),
    /** The end of the list that is farther from what is in view. */
    farEnd: useCallback((): "start" | "end" => {
      const element = scroller.current;
      if (element === null || pinned.current) return "start";
      const below = element.scrollHeight - element.clientHeight - element.scrollTop;
      return element.scrollTop < below ? "end" : "start";
    }, []),
    /** The reader wants to be elsewhere. */
    unpin: useCallback(() => {
      pinned.current = false;
      setFollowing(false);
    }, []),
  };
}

function keepAnchor(scroller: HTMLElement, anchor: Anchor | null): void {
  const row = anchor && rowOf(scroller, anchor.id);
  if (anchor === null || row === null) return;
  const offset = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  if (Math.abs(offset - anchor.offset) > 0.5) scroller.scrollTop += offset - anchor.offset;
}

function isAbove(scroller: HTMLElement, id: string): boolean {
  const row = rowOf(scroller, id);
  return row !== null && row.getBoundingClientRect().bottom < scroller.getBoundingClientRect().top;
}
