/** All there is to say about a path, put together for those who show it. */
import type { LinkView, PathView, Reason } from "../api/generated";
import type { Advice } from "./paths";
import {
  adviceFor,
  roundTripWords,
  standingOf,
  standingWords,
  wayMeaning,
  wayWord,
  whyNotDirect,
} from "./paths";
import type { Standing } from "./paths";
import type { RoundTrips } from "./roundTrips";
import { MOST_ROUND_TRIPS, roundTripSentence, roundTripsOf } from "./roundTrips";
import { sinceTime } from "./times";

export interface PathInWords {
  readonly standing: Standing;
  readonly way: Standing["way"];
  readonly word: string;
  /** Empty while it is not measured; null where there is none. */
  readonly number: string | null;
  readonly unsteady: boolean;
  /** All of the above in one line. */
  readonly words: string;
  readonly meaning: string;
  readonly since: string | null;
  readonly why: string | null;
  readonly advice: string | null;
  readonly adviceInSettings: boolean;
  readonly trips: {
    readonly parts: readonly (readonly number[])[];
    readonly places: number;
    readonly sentence: string;
  } | null;
  readonly reason: Reason | null;
}

export function pathStory(path: PathView | null, link: LinkView, peer: string, now: number): PathInWords {
  const standing = standingOf(path, link);
  const { way, roundTrip, unsteady, since } = standing;
  const advice: Advice | null = adviceFor(path);
  const trips: RoundTrips | null = path === null || way === "unknown" ? null : roundTripsOf(path, now);
  return {
    standing,
    way,
    word: unsteady ? `${wayWord(way)}, unsteady` : wayWord(way),
    number: numberOf(standing),
    unsteady,
    words: standingWords(standing, now),
    meaning: wayMeaning(standing, peer, link, now),
    since: since === null ? null : sinceTime(since, now),
    why: whyNotDirect(path, peer),
    advice: advice?.sentence ?? null,
    adviceInSettings: advice?.inSettings ?? false,
    trips:
      trips === null || (roundTrip === null && trips.current.length === 0) || !travels(way)
        ? null
        : {
            parts: [trips.earlier, trips.current],
            places: MOST_ROUND_TRIPS,
            sentence: roundTripSentence(trips),
          },
    reason: path?.reason ?? null,
  };
}

function numberOf({ way, roundTrip }: Standing): string | null {
  if (roundTrip !== null) return roundTripWords(roundTrip);
  return travels(way) ? "" : null;
}

function travels(way: Standing["way"]): boolean {
  return way === "direct" || way === "relayed";
}
