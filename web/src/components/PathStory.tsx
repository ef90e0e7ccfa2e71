/** How messages travel, told in full: what it is, what it means, since when, why not better, and what to do. */
import type { ReactNode } from "react";

import type { GlyphWay } from "./PathGlyph";
import { PathMark } from "./PathMark";
import { Sparkline } from "./Sparkline";

export interface Story {
  readonly way: GlyphWay;
  readonly word: string;
  readonly number: string | null;
  readonly unsteady: boolean;
  readonly meaning: string;
  /** "14:02" */
  readonly since: string | null;
  /** Why it is not direct. */
  readonly why: string | null;
  readonly advice: string | null;
  readonly trips: {
    readonly parts: readonly (readonly number[])[];
    readonly places: number;
    readonly sentence: string;
  } | null;
}

export function PathStory({ story, action }: { readonly story: Story; readonly action?: ReactNode }) {
  return (
    <div className="flex flex-col gap-2 text-13">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <PathMark
          way={story.way}
          word={story.word}
          number={story.number}
          unsteady={story.unsteady}
          className="!text-13 font-medium"
        />
        {story.since !== null && <span className="text-12 text-ink-3">since {story.since}</span>}
      </p>
      <p className="text-pretty text-ink-2">{story.meaning}</p>
      {story.why !== null && <p className="text-pretty text-ink-2">{story.why}</p>}
      {story.advice !== null && <p className="text-pretty text-ink-2">{story.advice}</p>}
      {story.trips !== null && (
        <div className="flex flex-col gap-1 pt-1 text-ink-3">
          <Sparkline
            parts={story.trips.parts}
            places={story.trips.places}
            label={`Round trip ${story.trips.sentence}`}
            size="wide"
          />
          <p aria-hidden className="text-12 text-balance tabular-nums">
            Round trip: {story.trips.sentence}
          </p>
        </div>
      )}
      {action}
    </div>
  );
}
