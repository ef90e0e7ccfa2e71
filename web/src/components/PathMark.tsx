/** How messages travel, in one line. The number keeps its place, however long it is. */
import { classes } from "./classes";
import type { GlyphWay } from "./PathGlyph";
import { PathGlyph } from "./PathGlyph";

interface Props {
  readonly way: GlyphWay;
  readonly word: string;
  /** Null: this way has none. Empty: not known yet. */
  readonly number: string | null;
  readonly unsteady?: boolean;
  readonly className?: string;
}

export function PathMark({ way, word, number, unsteady = false, className }: Props) {
  return (
    <span className={classes("inline-flex items-center gap-1.5 text-12 whitespace-nowrap", className)}>
      <PathGlyph way={way} unsteady={unsteady} />
      <span>{word}</span>
      {number !== null && (
        <>
          <span aria-hidden className="text-ink-3">
            ·
          </span>
          <span className="min-w-[2.6rem] text-left tabular-nums">{number === "" ? "– ms" : number}</span>
        </>
      )}
    </span>
  );
}
