/** Which account this tab shows, over reloads; `sessionStorage` belongs to one tab alone. */
import type { Cid } from "../api/generated";
import type { Route } from "./address";
import { parseCid, parseRoute } from "./address";

const KEY = "casemate.account";

export function rememberTabAccount(cid: Cid): void {
  sessionStorage.setItem(KEY, cid.toString());
}

export function forgetTabAccount(): void {
  sessionStorage.removeItem(KEY);
}

/** Where a freshly loaded page is: on the start page, a tab that shows an account goes on showing it. */
export function firstRoute(): Route {
  const route = parseRoute(location.pathname, location.search);
  if (route.screen !== "landing" || route.ask !== "ways" || location.search !== "") return route;
  const cid = parseCid(sessionStorage.getItem(KEY) ?? undefined);
  return cid === null ? route : { screen: "workspace", cid, place: { kind: "home" } };
}
