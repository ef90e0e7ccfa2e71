/** Whether somebody is there, as a word and as a sentence. */
import type { PeerView } from "../api/generated";
import { sinceTime } from "./times";

export type PresenceWord = "online" | "offline" | "unknown";

export function presenceOf(peer: Pick<PeerView, "online">): PresenceWord {
  return peer.online === null ? "unknown" : peer.online ? "online" : "offline";
}

export function presenceSentence(peer: Pick<PeerView, "online" | "online_since">, now: number): string {
  switch (presenceOf(peer)) {
    case "online":
      return "Online";
    case "offline":
      return peer.online_since === null ? "Offline" : `Offline since ${sinceTime(peer.online_since, now)}`;
    case "unknown":
      return "Not known whether online";
  }
}
