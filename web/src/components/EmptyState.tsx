/** Nothing here yet: says what this place is for, and offers the next step. */
import type { ReactNode } from "react";

interface Props {
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly level?: 1 | 2;
}

export function EmptyState({ icon, title, children, action, level = 2 }: Props) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-3 px-6 py-10 text-center">
      <div
        className="flex size-12 items-center justify-center rounded-card bg-accent-soft text-accent-ink"
        aria-hidden
      >
        {icon}
      </div>
      <Heading className="text-18 font-bold text-balance">{title}</Heading>
      {children !== undefined && <div className="text-15 text-balance text-ink-2">{children}</div>}
      {action !== undefined && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
