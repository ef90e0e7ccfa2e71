/** A part of the sidebar that can be folded away. */
import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";

import { CountBadge } from "../../components/Badge";

export function Section({
  title,
  count,
  countOf = "",
  note,
  folded = false,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  readonly countOf?: string;
  readonly note?: string | undefined;
  /** At first. */
  readonly folded?: boolean;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(!folded);
  return (
    <section aria-label={title} className="flex flex-col gap-1">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
          className="group flex h-7 w-full items-center gap-1.5 rounded-control px-2 text-12 font-medium text-ink-3 hover:text-ink"
        >
          <span>{title}</span>
          {count !== undefined && <CountBadge count={count} label={countOf} />}
          <ChevronDown
            size={13}
            aria-hidden
            className="opacity-0 transition-transform duration-150 group-hover:opacity-100 group-focus-visible:opacity-100 group-aria-[expanded=false]:-rotate-90 group-aria-[expanded=false]:opacity-100"
          />
          {note !== undefined && <span className="ml-auto font-normal">{note}</span>}
        </button>
      </h2>
      {open && children}
    </section>
  );
}
