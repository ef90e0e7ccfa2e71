/** A few words about the page behind a link: always as high as its kind, so that nothing moves when it comes. */
import { Globe } from "lucide-react";
import type { ReactNode } from "react";

import { classes } from "./classes";

interface Props {
  readonly title: string;
  readonly description: string;
  /** Of the link itself. */
  readonly host: string;
  /** What the site calls itself. */
  readonly site: string;
  /** Where a press leads; null: nowhere, yet. */
  readonly href: string | null;
  /** At its end. */
  readonly action?: ReactNode;
}

export function LinkCard({ title, description, host, site, href, action }: Props) {
  const words = (
    <>
      <bdi className="block truncate text-13 font-medium">{title}</bdi>
      {description !== "" && <bdi className="block truncate text-12 text-ink-2">{description}</bdi>}
      <span className="flex min-w-0 items-center gap-1.5 text-12 text-ink-3">
        <Globe size={12} aria-hidden className="shrink-0" />
        {/* The host comes first and is what counts: the site may call itself anything. */}
        <span dir="ltr" className="max-w-full shrink-0 truncate">
          {host}
        </span>
        {site !== "" && <bdi className="min-w-0 truncate">· {site}</bdi>}
      </span>
    </>
  );
  const box = "min-w-0 flex-1 rounded-control px-2.5 py-1.5 text-left";
  return (
    <div
      className={classes(
        "flex w-full max-w-md items-center gap-1 overflow-hidden rounded-control border border-line border-l-2 border-l-accent bg-raised",
        description === "" ? "h-13" : "h-[4.375rem]",
      )}
    >
      {href === null ? (
        <div className={box}>{words}</div>
      ) : (
        <a href={href} target="_blank" rel="noopener noreferrer" className={classes(box, "hover:bg-hover")}>
          {words}
        </a>
      )}
      {action}
    </div>
  );
}
