/** Which version of each server's program was said in this browser, and put away: until that server's next one. */
import { WritableStore } from "./store";

const KEY = "casemate.hiddenVersions";
const MOST_SERVERS = 64;

/** By the fingerprint of the server's key; the one that was put away last comes last. */
type Versions = ReadonlyMap<string, string>;

const hidden = new WritableStore<Versions>(stored());

export const hiddenVersions = { get: hidden.get, subscribe: hidden.subscribe };

export function hideVersion(server: string, version: string): void {
  // Another tab may have put one away since; without storage the store is all there is.
  const others = [...new Map([...hidden.get(), ...stored()])].filter(([other]) => other !== server);
  const versions = new Map([...others, [server, version] as const].slice(-MOST_SERVERS));
  hidden.set(versions);
  try {
    localStorage.setItem(KEY, JSON.stringify([...versions]));
  } catch {
    // there is no storage for this page: it is put away until the page is loaded again
  }
}

window.addEventListener("storage", ({ key }) => {
  if (key === KEY || key === null) hidden.set(stored());
});

function stored(): Versions {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Map(Array.isArray(kept) ? kept.filter(isEntry).slice(-MOST_SERVERS) : []);
  } catch {
    return new Map();
  }
}

function isEntry(entry: unknown): entry is [string, string] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === "string");
}
