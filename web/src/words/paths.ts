/** How messages travel to somebody right now, and what can truthfully be said about it. */
import type { LinkView, PathView } from "../api/generated";
import { isKnownReason, sentenceOf } from "./reasons";
import { sinceTime } from "./times";

/**
 * `waiting`: nothing travels until the server is back. `held`: nothing is taken for them. `stopped`: nor will it be.
 * `unknown`: nobody tells.
 */
export type Way = "direct" | "relayed" | "mailbox" | "waiting" | "held" | "stopped" | "unknown";

export interface Standing {
  readonly way: Way;
  /** Null where there is none, or none is known yet. */
  readonly roundTrip: number | null;
  readonly since: number | null;
  /** They did not answer for a moment, just now or a few seconds ago. */
  readonly unsteady: boolean;
  /** The server is away, and messages travel all the same. */
  readonly serverAwaySince: number | null;
}

const UNKNOWN: Standing = {
  way: "unknown",
  roundTrip: null,
  since: null,
  unsteady: false,
  serverAwaySince: null,
};

/** `path` is null while nobody tells it. */
export function standingOf(path: PathView | null, link: LinkView): Standing {
  if (path === null) return UNKNOWN;
  const { kind, since, rtt_ms, reason, unsteady } = path;
  if (link.state === "fenced" || reason?.code === "fenced") return { ...UNKNOWN, way: "stopped", since };
  if (kind === "mailbox") return { ...UNKNOWN, way: wayWithoutConnection(path, link), since };
  return {
    way: kind,
    roundTrip: rtt_ms,
    since,
    unsteady,
    serverAwaySince: link.state === "away" ? link.since : null,
  };
}

/** Over a connection of their own, whatever becomes of the server. */
export function hasOwnConnection(path: PathView | null): path is PathView {
  return path !== null && path.kind !== "mailbox";
}

export function wayWord(way: Way): string {
  switch (way) {
    case "direct":
    case "relayed":
    case "stopped":
      return way;
    case "mailbox":
      return "through the server";
    case "waiting":
      return "waiting for the server";
    case "held":
      return "kept here";
    case "unknown":
      return "not known";
  }
}

/** 12 ms, and never longer than six signs. */
export function roundTripWords(milliseconds: number): string {
  if (milliseconds < 0.5) return "<1 ms";
  return milliseconds < 999.5
    ? `${Math.round(milliseconds).toString()} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The whole standing in a few words: "server away since 14:02, direct, round trip 12 ms". */
export function standingWords(standing: Standing, now: number): string {
  const { way, roundTrip, unsteady, serverAwaySince } = standing;
  return [
    serverAwaySince === null ? null : `server away since ${sinceTime(serverAwaySince, now)}`,
    wayWord(way),
    unsteady ? "unsteady" : null,
    roundTrip === null ? null : `round trip ${roundTripWords(roundTrip)}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

/** What it means for who writes. */
export function wayMeaning(
  { way, unsteady, serverAwaySince }: Standing,
  peer: string,
  link: LinkView,
  now: number,
): string {
  if (unsteady)
    return `${peer} has not always answered at once, so messages take the server as well. All of it is sealed end to end.`;
  switch (way) {
    case "direct":
      return serverAwaySince === null
        ? "Straight from your device to theirs, sealed end to end. The server sees none of it."
        : "Straight from your device to theirs: messages go on while the server is away.";
    case "relayed":
      return "Sealed end to end through the server’s relay, which passes everything on and keeps nothing.";
    case "mailbox":
      return `Sealed end to end and kept by the server until ${peer}’s device has it: at once while they are online.`;
    case "waiting":
      return link.state === "away"
        ? `The server is away since ${sinceTime(link.since, now)}, and there is no direct way to ${peer} right now. What you write is kept here and leaves by itself.`
        : "The server is being called. What you write is kept here and leaves by itself.";
    case "held":
      return `The server takes nothing for ${peer} right now. What you write is kept here.`;
    case "stopped":
      return "A newer copy of this account took over. Nothing is sent from here.";
    case "unknown":
      return "Casemate on this computer does not answer, so it cannot be told right now.";
  }
}

/** Null when it is direct, or when nobody knows why not. */
export function whyNotDirect(path: PathView | null, peer: string): string | null {
  const reason = path?.reason ?? null;
  if (reason === null || STANDING_STILL.includes(reason.code) || !isKnownReason(reason)) return null;
  return sentenceOf(reason, { peer, connection: true });
}

export interface Advice {
  readonly sentence: string;
  readonly inSettings: boolean;
}

/** What somebody in front of the screen can do about it, if anything. */
export function adviceFor(path: PathView | null): Advice | null {
  return ADVICE[path?.reason?.code ?? ""] ?? null;
}

const advice = (sentence: string, inSettings = false): Advice => ({ sentence, inSettings });

const ADVICE: Readonly<Record<string, Advice>> = {
  relay_only_on: advice("Stop hiding it in Settings, and a direct way is looked for.", true),
  appearing_offline: advice("Switch “Appear offline” off in Settings, and a direct way is looked for.", true),
  udp_off: advice("Disconnect and connect again from here, and UDP is asked for."),
  udp_blocked_here: advice("Another network may let it through, or whoever runs this one can allow it."),
  nats_change_ports: advice("On the same network, or with IPv6 on both sides, it becomes direct by itself."),
  relay_unreachable: advice("If it stays like this, whoever runs the server can open the port of its relay."),
  no_relay: advice("Whoever runs the server, or set up this computer, can switch them on."),
};

/** Codes that say that not even the mailbox can be reached: nothing travels until then. */
const STANDING_STILL = ["server_away", "fenced"];

/** Codes with which nothing leaves this computer for them, or the server takes nothing. */
const HELD = [
  "blocked_by_you",
  "identity_changed",
  "not_accepting",
  "not_registered",
  "mailbox_full",
  "unknown_device",
];

function wayWithoutConnection({ reason }: PathView, link: LinkView): Way {
  if (reason !== null && HELD.includes(reason.code)) return "held";
  return link.state !== "online" || reason?.code === "server_away" ? "waiting" : "mailbox";
}
