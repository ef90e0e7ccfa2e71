/** Paths of the fake world, as the service would tell them. */
import type { LinkView, PathView, Reason } from "../api/generated";

const MOST_ROUND_TRIPS = 60;

export function mailboxPath(
  peer: { readonly online: boolean; readonly onlineSince: number },
  link: LinkView,
  now: number,
): PathView {
  const since = link.state === "online" ? now : link.since;
  return {
    kind: "mailbox",
    since,
    rtt_ms: null,
    reason: whyMailbox(peer, link),
    rtt_history: [],
    unsteady: false,
  };
}

/** A connection that was there before keeps its round trips. */
export function ownConnection(
  before: PathView | null,
  kind: "direct" | "relayed",
  since: number,
  roundTrip: number | null,
  reason: Reason | null,
): PathView {
  const history = before === null || before.kind === "mailbox" ? [] : before.rtt_history;
  const path: PathView = { kind, since, rtt_ms: null, reason, rtt_history: history, unsteady: false };
  return roundTrip === null ? path : measuredPath(path, roundTrip);
}

export function measuredPath(path: PathView, roundTrip: number): PathView {
  const rtt_history = [...path.rtt_history, roundTrip].slice(-MOST_ROUND_TRIPS);
  return { ...path, rtt_ms: roundTrip, rtt_history };
}

function whyMailbox(
  { online, onlineSince }: { readonly online: boolean; readonly onlineSince: number },
  link: LinkView,
): Reason {
  if (link.state === "fenced") return { code: "fenced", params: {}, acts: "user" };
  if (link.state !== "online")
    return { code: "server_away", params: { since: String(link.since) }, acts: "retry" };
  return online
    ? { code: "no_direct_path_yet", params: {}, acts: "retry" }
    : { code: "peer_offline", params: { since: String(onlineSince) }, acts: "peer" };
}
