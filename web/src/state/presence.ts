/** Whether somebody is there, as a word and as a sentence. */
import type { PeerView } from "../api/generated";
import { sinceTime } from "./times";
import type { Workspace } from "./workspace";

export type PresenceWord = "online" | "offline" | "unknown";

/** What presence is judged by. */
export type Seen = Pick<PeerView, "online" | "online_since" | "relation" | "blocked">;

/** Only of people who agreed to talk; of all others nothing is known, or nothing that is still true. */
export function presenceOf(peer: Seen): PresenceWord {
  if (peer.relation !== "registered") return "unknown";
  return peer.online === null ? "unknown" : peer.online ? "online" : "offline";
}

export function presenceSentence(peer: Seen, now: number): string {
  if (peer.blocked) return "Blocked";
  if (peer.relation === "gone") return "Account deleted";
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

/** The same, without claiming to know who is there and how they are reached: for while nobody tells us. */
export function withUnknownPresence(workspace: Workspace): Workspace {
  const known = unknown.get(workspace);
  if (known !== undefined) return known;
  const peers = new Map(
    [...workspace.peers].map(([cid, peer]) => [cid, { ...peer, online: null, path: null }]),
  );
  const link = { ...workspace.account.link, state: "connecting" as const };
  const result = { ...workspace, peers, typing: new Set<never>(), account: { ...workspace.account, link } };
  unknown.set(workspace, result);
  return result;
}
