/** Somebody declined: for how long they are left in peace, and what is said of it. */
import type { PeerView } from "../api/generated";
import { displayName } from "./names";
import { dayName } from "./times";

/** As the server counts it. */
const QUIET_MILLISECONDS = 7 * 86_400_000;

type Declined = Pick<PeerView, "full_name" | "username" | "relation_since">;

export function mayAskAgain(peer: Declined, now: number): boolean {
  return now >= peer.relation_since + QUIET_MILLISECONDS;
}

export function declinedWords(peer: Declined, now: number): string {
  const until = peer.relation_since + QUIET_MILLISECONDS;
  return mayAskAgain(peer, now)
    ? `${displayName(peer)} declined. You can ask again.`
    : `${displayName(peer)} declined. You can ask again after ${dayName(until, now)}.`;
}
