/** Whether a text may be formatted, and the code that draws it, which comes after the first paint. */
import { useEffect, useSyncExternalStore } from "react";

import type { drawFormatted } from "./Formatted";

type Draw = typeof drawFormatted;

/** All that could begin something; most messages have none of it, and need nothing of what is loaded. */
const MARKS = /[*_~`<[|@]|^[ \t]*(?:[-+*>#]|\d+[.)])|^-{3}/mu;

export function mayBeFormatted(text: string): boolean {
  return MARKS.test(text);
}

let loaded: Draw | null = null;
let loading: Promise<void> | null = null;
const listeners = new Set<() => void>();

/** Where it does not come, texts stay as they were written until the next one asks for it. */
export function loadFormatted(): Promise<void> {
  loading ??= import("./Formatted").then(
    ({ drawFormatted: draw }) => {
      loaded = draw;
      for (const listener of listeners) listener();
    },
    () => {
      loading = null;
    },
  );
  return loading;
}

/** Null while it is not there, or not wanted. */
export function useFormatted(wanted: boolean): Draw | null {
  const draw = useSyncExternalStore(subscribe, () => loaded);
  useEffect(() => {
    if (wanted) void loadFormatted();
  }, [wanted]);
  return wanted ? draw : null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
