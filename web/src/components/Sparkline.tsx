/** A few minutes of one number. The newest is at the right edge; where there is a break, something changed. */
import { classes } from "./classes";

interface Props {
  /** Oldest first; a gap is left between the parts. The last part is drawn stronger. */
  readonly parts: readonly (readonly number[])[];
  /** How many numbers fill the whole width. */
  readonly places: number;
  /** What is seen, in words. */
  readonly label: string;
  readonly size?: keyof typeof SIZES;
  readonly className?: string;
}

const SIZES = { small: [120, 24], wide: [286, 36] } as const;
const EDGE = 2.5;
/** What is as good as nothing does not look like ups and downs. */
const LEAST_TOP = 6;

export function Sparkline({ parts, places, label, size = "small", className }: Props) {
  const [width, height] = SIZES[size];
  const lines = sparkLines(parts, places, SIZES[size]);
  const last = lines.at(-1)?.at(-1);
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width.toString()} ${height.toString()}`}
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={classes("max-w-full overflow-visible", className)}
    >
      <path d={`M0 ${(height - 0.5).toString()}H${width.toString()}`} className="stroke-line" />
      {lines.map((line, index) => (
        <polyline
          key={index}
          points={line.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}
          stroke="currentColor"
          strokeWidth="1.4"
          opacity={index === lines.length - 1 ? 1 : 0.4}
        />
      ))}
      {last && <circle cx={last[0]} cy={last[1]} r="2" className="fill-current" />}
    </svg>
  );
}

/** A steady number is a calm line at half the height; twice as much, or the most of the last part, reaches the top. */
export function sparkLines(
  parts: readonly (readonly number[])[],
  places: number,
  [width, height]: readonly [number, number],
): readonly (readonly (readonly [x: number, y: number])[])[] {
  const drawn = parts.filter((part) => part.length > 0);
  const sorted = [...(drawn.at(-1) ?? [])].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const top = Math.max(2 * median, sorted.at(-1) ?? 0, LEAST_TOP);
  const step = (width - 2 * EDGE) / (places - 1);
  let place = places - drawn.flat().length;
  return drawn.map((part) =>
    part.map((value) => {
      const x = EDGE + place++ * step;
      return [x, height - EDGE - Math.min(1, value / top) * (height - 2 * EDGE)] as const;
    }),
  );
}
