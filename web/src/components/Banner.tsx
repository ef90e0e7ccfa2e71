/** One line above the content that says what is going on, and what can be done about it. */
import { CircleAlert, Clock, Info } from "lucide-react";
import type { ReactNode } from "react";

import { classes } from "./classes";

const TONES = {
  info: ["bg-accent-soft text-ink", Info],
  waiting: ["bg-amber-soft text-ink", Clock],
  danger: ["bg-red-soft text-ink", CircleAlert],
} as const;

const ICONS = { info: "text-accent-ink", waiting: "text-amber-ink", danger: "text-red-ink" } as const;

interface Props {
  readonly tone: keyof typeof TONES;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  /** An alarm interrupts screen readers; everything else waits for a pause. */
  readonly alarm?: boolean;
}

export function Banner({ tone, children, action, alarm = false }: Props) {
  const [colours, Icon] = TONES[tone];
  return (
    <div
      role={alarm ? "alert" : "status"}
      className={classes(
        "motion-appear flex min-h-11 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 text-13",
        colours,
      )}
    >
      <Icon size={16} aria-hidden className={classes("shrink-0", ICONS[tone])} />
      <p className="min-w-0 flex-1 basis-60">{children}</p>
      {action}
    </div>
  );
}
