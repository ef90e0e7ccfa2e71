/** Which account this tab shows, over reloads; `sessionStorage` belongs to one tab alone. */
import type { Cid } from "../api/generated";
import { parseCid } from "./route";

const KEY = "casemate.account";

export function rememberTabAccount(cid: Cid): void {
  sessionStorage.setItem(KEY, cid.toString());
}

export function forgetTabAccount(): void {
  sessionStorage.removeItem(KEY);
}

export function tabAccount(): Cid | null {
  return parseCid(sessionStorage.getItem(KEY) ?? undefined);
}
