/** Whether a text may be formatted or hold links, and the code that draws them, which comes after the first paint. */
import { useEffect, useSyncExternalStore } from "react";

import type { drawFormatted, drawLinked } from "./Formatted";

interface Drawing {
  readonly drawFormatted: typeof drawFormatted;
  readonly drawLinked: typeof drawLinked;
}

/** All that could begin something; most messages have none of it, and need nothing of what is loaded. */
const MARKS = /[*_~`<[|@]|^[ \t]*(?:[-+*>#]|\d+[.)])|^-{3}/mu;

export function mayBeFormatted(text: string): boolean {
  return MARKS.test(text);
}

/** All that an address one can follow is found by. */
const ADDRESSES = /:\/\/|www\.|mailto:|@/iu;

export function mayHoldLinks(text: string): boolean {
  return ADDRESSES.test(text);
}

let loaded: Drawing | null = null;
let loading: Promise<void> | null = null;
const listeners = new Set<() => void>();

/** Where it does not come, texts stay as they were written until the next one asks for it. */
export function loadFormatted(): Promise<void> {
  loading ??= import("./Formatted").then(
    (drawing) => {
      loaded = drawing;
      for (const listener of listeners) listener();
    },
    () => {
      loading = null;
    },
  );
  return loading;
}

/** Null while it is not there, or not wanted. */
export function useDrawing(wanted: boolean): Drawing | null {
  const drawing = useSyncExternalStore(subscribe, () => loaded);
  useEffect(() => {
    if (wanted) void loadFormatted();
  }, [wanted]);
  return wanted ? drawing : null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
