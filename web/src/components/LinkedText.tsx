/** Text as it was written, with addresses one can follow. Nothing else in it is ever interpreted. */
import type { ReactNode } from "react";
import { memo } from "react";

import { fewMarks } from "../text/bounded";
import { linksIn } from "../text/links";

/** More than a person follows; each costs the browser as much as a page of words. */
const MOST_LINKS = 50;

export const LinkedText = memo(function LinkedText({ text: written }: { readonly text: string }) {
  const text = fewMarks(written);
  const parts: ReactNode[] = [];
  let end = 0;
  for (const link of linksIn(text, MOST_LINKS)) {
    parts.push(text.slice(end, link.start));
    parts.push(
      <bdi key={link.start} dir="ltr">
        {/* The other side learns neither where one came from nor gets a hold of this page. */}
        <a
          href={link.href}
          target="_blank"
          rel="noopener noreferrer"
          className="text-accent-ink underline decoration-1 underline-offset-2 hover:decoration-2"
        >
          {link.shown}
        </a>
      </bdi>,
    );
    end = link.end;
  }
  return parts.length === 0 ? text : [...parts, text.slice(end)];
});
