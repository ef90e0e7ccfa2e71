/** What a page has of its browser, beyond the page itself. */
import type { Records } from "./browserRecords";
import { IndexedDbRecords } from "./browserRecords";
import type { Windows } from "./browserWindows";
import { BrowserWindows } from "./browserWindows";

export interface Browser {
  /** Null where nothing can be sealed: words are kept in memory only. */
  readonly records: Records | null;
  readonly windows: Windows;
}

export function thisBrowser(): Browser {
  // Web Crypto is for secure pages only: HTTPS, and HTTP at an address of this computer.
  const canSeal = window.isSecureContext && "indexedDB" in window;
  return { records: canSeal ? new IndexedDbRecords() : null, windows: new BrowserWindows() };
}
