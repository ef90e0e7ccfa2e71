/** The tab's title and icon: where one is, and what waits. The count is the service's, the same in every tab. */
import { useEffect } from "react";

import { useWorkspace } from "../state/context";
import { displayName } from "../state/names";
import type { Place } from "../state/route";

export function usePageTitle(place: Place): void {
  const unread = useWorkspace(({ account }) => account.unread);
  const where = useWorkspace(({ account, peers }) => {
    if (place.kind === "people") return "People";
    if (place.kind === "connections") return "Connections";
    if (place.kind === "settings") return "Settings";
    if (place.kind === "home") return displayName(account);
    const peer = peers.get(place.peer);
    return peer === undefined ? displayName(account) : displayName(peer);
  });
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread.toString()}) ` : ""}${where} · Casemate`;
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    const href = unread > 0 ? "/assets/favicon-unread.svg" : "/assets/favicon.svg";
    if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  }, [unread, where]);
}
