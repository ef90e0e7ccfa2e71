/** Whether somebody is there, as a word and as a sentence. */
import type { PeerView } from "../api/generated";
import { isOneself } from "../state/oneself";
import { sinceTime } from "./times";

export type PresenceWord = "online" | "offline" | "unknown";

/** What presence is judged by. */
export type Seen = Pick<PeerView, "online" | "online_since" | "relation" | "blocked">;

/** Only of people who agreed to talk; of all others nothing is known, or nothing that is still true. */
export function presenceOf(peer: Seen): PresenceWord {
  if (peer.relation !== "registered") return "unknown";
  return peer.online === null ? "unknown" : peer.online ? "online" : "offline";
}

export function presenceSentence(peer: Seen, now: number): string {
  if (isOneself(peer)) return "Only you";
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
