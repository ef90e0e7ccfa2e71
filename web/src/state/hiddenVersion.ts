/** Which version of the server's program was said in this browser, and put away: until the next one. */
import { WritableStore } from "./store";

const KEY = "casemate.hiddenVersion";

const hidden = new WritableStore<string | null>(stored());

export const hiddenVersion = { get: hidden.get, subscribe: hidden.subscribe };

export function hideVersion(version: string): void {
  hidden.set(version);
  try {
    localStorage.setItem(KEY, version);
  } catch {
    // there is no storage for this page: it is put away until the page is loaded again
  }
}

window.addEventListener("storage", ({ key }) => {
  if (key === KEY || key === null) hidden.set(stored());
});

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
