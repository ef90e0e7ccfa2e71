import { classes } from "./classes";

interface Props {
  readonly count: number;
  readonly label: string;
  /** It calls nobody. */
  readonly quiet?: boolean;
}

/** A count that waits for someone; nothing at zero. */
export function CountBadge({ count, label, quiet = false }: Props) {
  if (count === 0) return null;
  return (
    <span
      className={classes(
        "count-badge inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded-round px-1.5 text-12 font-bold tabular-nums",
        quiet ? "border border-line-strong text-ink-2" : "bg-accent text-on-accent",
      )}
    >
      <span aria-hidden>{count > 999 ? "999+" : count}</span>
      <span className="sr-only">
        {count} {label}
      </span>
    </span>
  );
}
