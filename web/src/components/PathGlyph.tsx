/** Two ends and what is between them. One icon set, told apart by shape alone. */
import type { ReactNode } from "react";

import { classes } from "./classes";

export type GlyphWay = "direct" | "relayed" | "mailbox" | "waiting" | "held" | "stopped" | "unknown";

const COLOURS: Readonly<Record<GlyphWay, string>> = {
  direct: "text-green-ink",
  relayed: "text-ink-2",
  mailbox: "text-ink-3",
  waiting: "text-amber-ink",
  held: "text-amber-ink",
  stopped: "text-red-ink",
  unknown: "text-ink-3",
};

const BETWEEN: Readonly<Record<GlyphWay, ReactNode>> = {
  direct: <path d="M5 6h14" />,
  relayed: (
    <>
      <path d="M5 6h14" />
      <rect x="9.5" y="3.5" width="5" height="5" rx="1" className="fill-current" />
    </>
  ),
  mailbox: (
    <>
      <path d="M5 6h3M16 6h3" strokeDasharray="1.6 2.2" />
      <path d="M8.7 3h6.6v6H8.7zM9 3.4l3 2.9 3-2.9" strokeWidth="1.3" />
    </>
  ),
  waiting: (
    <>
      <path d="M5 6h1.6M17.4 6H19" />
      <circle cx="12" cy="6" r="3.4" strokeWidth="1.3" />
      <path d="M12 4.3V6l1.2.8" strokeWidth="1.2" />
    </>
  ),
  held: <path d="M5 6h1.6M17.4 6H19M10.2 3.4v5.2M13.8 3.4v5.2" />,
  stopped: <path d="m9.8 3.8 4.4 4.4m0-4.4L9.8 8.2" />,
  unknown: <path d="M8 6h.01M12 6h.01M16 6h.01" strokeWidth="2" />,
};

export function PathGlyph({
  way,
  unsteady = false,
  className,
}: {
  readonly way: GlyphWay;
  readonly unsteady?: boolean;
  readonly className?: string;
}) {
  return (
    <svg
      aria-hidden
      width="24"
      height="12"
      viewBox="0 0 24 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={classes("shrink-0", unsteady ? COLOURS.waiting : COLOURS[way], className)}
    >
      <circle cx="3" cy="6" r="2.2" className="fill-current stroke-none" />
      <circle
        cx="21"
        cy="6"
        r="2.2"
        className={way === "direct" || way === "relayed" ? "fill-current stroke-none" : undefined}
        strokeWidth="1.3"
      />
      {BETWEEN[way]}
    </svg>
  );
}
