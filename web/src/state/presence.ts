/** Whether somebody is there, as a word and as a sentence. */
import type { PeerView } from "../api/generated";
import { sinceTime } from "./times";
import type { Workspace } from "./workspace";

export type PresenceWord = "online" | "offline" | "unknown";

/** Only of people who agreed to talk; of all others nothing is known, or nothing that is still true. */
export function presenceOf(peer: Pick<PeerView, "online" | "relation">): PresenceWord {
  return peer.relation !== "registered" || peer.online === null
    ? "unknown"
    : peer.online
      ? "online"
      : "offline";
}

export function presenceSentence(
  peer: Pick<PeerView, "online" | "online_since" | "relation">,
  now: number,
): string {
  switch (presenceOf(peer)) {
    case "online":
      return "Online";
    case "offline":
      return peer.online_since === null ? "Offline" : `Offline since ${sinceTime(peer.online_since, now)}`;
    case "unknown":
      return "Not known whether online";
  }
}

const unknown = new WeakMap<Workspace, Workspace>();

/** The same, without claiming to know who is there: for while nobody tells us. */
export function withUnknownPresence(workspace: Workspace): Workspace {
  const known = unknown.get(workspace);
  if (known !== undefined) return known;
  const peers = new Map([...workspace.peers].map(([cid, peer]) => [cid, { ...peer, online: null }]));
  const link = { ...workspace.account.link, state: "connecting" as const };
  const result = { ...workspace, peers, typing: new Set<never>(), account: { ...workspace.account, link } };
  unknown.set(workspace, result);
  return result;
}
