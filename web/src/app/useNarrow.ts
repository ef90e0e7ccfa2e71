/** Whether one column is shown at a time, as on a phone: the same width as the style's `tablet`. */
import { useSyncExternalStore } from "react";

const QUERY = "(width < 640px)";

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(QUERY).matches);
}

function subscribe(listener: () => void): () => void {
  const query = matchMedia(QUERY);
  query.addEventListener("change", listener);
  return () => {
    query.removeEventListener("change", listener);
  };
}
