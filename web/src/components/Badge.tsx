/** A count that waits for someone; nothing at zero. */
export function CountBadge({ count, label }: { readonly count: number; readonly label: string }) {
  if (count === 0) return null;
  return (
    <span className="count-badge inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded-round bg-accent px-1.5 text-12 font-bold text-on-accent tabular-nums">
      <span aria-hidden>{count > 999 ? "999+" : count}</span>
      <span className="sr-only">
        {count} {label}
      </span>
    </span>
  );
}
