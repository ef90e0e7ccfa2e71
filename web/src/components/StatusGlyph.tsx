/** How far a message got. One icon set, told apart by shape alone; nothing is drawn that was not confirmed. */
import type { ReactNode } from "react";

import { classes } from "./classes";

export type GlyphStatus = "handing-over" | "queued" | "sent" | "delivered" | "read" | "needs-you";

const NAMES: Readonly<Record<GlyphStatus, string>> = {
  "handing-over": "Being handed over",
  queued: "Queued",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  "needs-you": "Needs you",
};

const SHAPES: Readonly<Record<GlyphStatus, ReactNode>> = {
  "handing-over": <path d="M4 8h.01M10 8h.01M16 8h.01" strokeWidth="2.6" />,
  queued: <circle cx="10" cy="8" r="5.2" strokeDasharray="2.6 2.3" />,
  sent: <path d="m5.5 8.6 3 3 6-7" />,
  delivered: <path d="m1.5 8.6 3 3 6-7M9.4 11.1l.5.5 6-7" />,
  read: (
    <>
      <rect x="0.5" y="1" width="19" height="14" rx="7" className="fill-accent stroke-none" />
      <path d="m3.6 8.3 2.5 2.5 4.9-5.6M10 10.4l.4.4 4.9-5.6" className="stroke-on-accent" />
    </>
  ),
  "needs-you": (
    <>
      <circle cx="10" cy="8" r="7" className="fill-red stroke-none" />
      <path d="M10 4.4v4.4M10 11.4v.2" className="stroke-on-red" />
    </>
  ),
};

export function StatusGlyph({
  status,
  className,
}: {
  readonly status: GlyphStatus;
  readonly className?: string;
}) {
  return (
    <svg
      role="img"
      aria-label={NAMES[status]}
      width="20"
      height="16"
      viewBox="0 0 20 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={classes("shrink-0", status === "queued" ? "text-amber-ink" : "text-ink-3", className)}
    >
      {SHAPES[status]}
    </svg>
  );
}

export function statusName(status: GlyphStatus): string {
  return NAMES[status];
}
