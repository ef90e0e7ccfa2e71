/** Where this tab is: in step with its address, and with the way back. */
import type { Route } from "./address";
import { parseRoute, pathOf } from "./address";
import { takeInvitation } from "./invitation";
import { WritableStore } from "./store";

takeInvitation();
const current = new WritableStore<Route>(parseRoute(location.pathname, location.search));
export const routes = { get: current.get, subscribe: current.subscribe };

window.addEventListener("popstate", readAddress);

/** `replace` leaves no way back to where the person was, as after signing out. */
export function navigate(route: Route, { replace = false }: { replace?: boolean } = {}): void {
  const path = pathOf(route);
  if (path === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  current.set(route);
}

export function readAddress(): void {
  takeInvitation();
  current.set(parseRoute(location.pathname, location.search));
}
