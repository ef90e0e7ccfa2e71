/** The time zone of this computer, which may change while a page is open: whatever shows times is drawn anew. */
import { useSyncExternalStore } from "react";

const LOOK_MILLISECONDS = 30_000;

let zone = zoneNow();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function zoneNow(): string {
  // One that is kept goes on naming the zone in which it was made.
  // eslint-disable-next-line no-restricted-syntax
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Nobody tells a page that it changed: looked at now and then, and when the page comes into view. */
function look(): void {
  const now = zoneNow();
  if (now === zone) return;
  zone = now;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    look();
    timer = setInterval(look, LOOK_MILLISECONDS);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("focus", look);
  };
}

/** As it was when somebody looked last. */
export function timeZone(): string {
  return zone;
}

export function useTimeZone(): string {
  return useSyncExternalStore(subscribe, timeZone);
}
