/** The tab's title and icon: where one is, and what waits. The count is the service's, the same in every tab. */
import { useEffect } from "react";

import { useWorkspace } from "../state/context";
import type { Place } from "../state/address";
import { peerIn } from "../state/workspace";
import { useHeldBack } from "../state/useHeldBack";
import { displayName } from "../words/names";
import calmIcon from "./favicon.svg";
import unreadIcon from "./favicon-unread.svg";

export function usePageTitle(place: Place): void {
  const waiting = useHeldBack(useWorkspace((workspace) => workspace.account.waiting));
  const where = useWorkspace((workspace) => {
    const { account } = workspace;
    if (place.kind === "people") return "People";
    if (place.kind === "connections") return "Connections";
    if (place.kind === "settings") return "Settings";
    if (place.kind === "home" || place.kind === "with") return displayName(account);
    const peer = peerIn(workspace, place.conversation);
    return peer === undefined ? displayName(account) : displayName(peer);
  });
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting.toString()}) ` : ""}${where} · Casemate`;
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    const href = waiting > 0 ? unreadIcon : calmIcon;
    if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  }, [waiting, where]);
}
