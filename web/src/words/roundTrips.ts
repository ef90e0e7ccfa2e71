/** The round trips of the last minutes, as a line and as a sentence. */
import type { PathView } from "../api/generated";
import { roundTripWords } from "./paths";

/** As the service measures: one every 3 s, and 60 are kept. */
const EVERY_MILLISECONDS = 3000;
export const MOST_ROUND_TRIPS = 60;

export interface RoundTrips {
  /** Before the path became what it is. */
  readonly earlier: readonly number[];
  readonly current: readonly number[];
}

/** They are told without their times: how many belong to this path follows from since when it is so. */
export function roundTripsOf({ rtt_history, rtt_ms, since, kind }: PathView, now: number): RoundTrips {
  if (kind === "mailbox") return { earlier: [], current: [] };
  if (rtt_history.length === 0) return { earlier: [], current: rtt_ms === null ? [] : [rtt_ms] };
  const known = rtt_history.slice(-MOST_ROUND_TRIPS);
  const onThisPath = Math.max(1, Math.ceil((now - since) / EVERY_MILLISECONDS));
  const start = Math.max(0, known.length - onThisPath);
  return { earlier: known.slice(0, start), current: known.slice(start) };
}

/** "median 12 ms, between 9 and 30 ms" */
export function roundTripSentence({ current }: RoundTrips): string {
  const sorted = [...current].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (least === undefined || most === undefined || median === undefined) return "not measured yet";
  const [low, high] = [roundTripWords(least), roundTripWords(most)];
  if (low === high) return `steady at ${high}`;
  const from = low.endsWith(" ms") && high.endsWith(" ms") ? low.slice(0, -" ms".length) : low;
  return `median ${roundTripWords(median)}, between ${from} and ${high}`;
}
