/** The page behind a link of a message, as its writer saw it; this side asked nobody. */
import { useMemo } from "react";

import type { LinkPreviewView } from "../../../api/generated";
import { LinkCard } from "../../../components/LinkCard";
import { leadsTo } from "../../../text/previewLinks";

interface Props {
  readonly text: string;
  readonly preview: LinkPreviewView;
}

export default function MessagePreview({ text, preview: { url, title, description, site } }: Props) {
  const href = useMemo(() => leadsTo(text, url), [text, url]);
  if (href === null || title === "") return null;
  return (
    <div className="pt-1 pb-1.5">
      <LinkCard title={title} description={description} site={site} host={new URL(href).host} href={href} />
    </div>
  );
}
