/** Which links of a message can have a preview, and whether one is of a link that it has. */
import type { Link } from "./links";
import { linksIn } from "./links";

/** As many as are drawn as links. */
const MOST_LINKS = 50;
/** Looking through more for each pause in typing would be felt. */
const LONGEST_LOOKED_AT = 16_384;

/** The first address of a page, as it was written; null: there is none. */
export function previewLink(text: string): string | null {
  if (!text.includes("://") || text.length > LONGEST_LOOKED_AT) return null;
  const link = linksIn(text, MOST_LINKS).find((each) => isOfPage(text, each));
  return link === undefined ? null : text.slice(link.start, link.end);
}

/** Where a link leads that stands in the text with just this address; null: none does. */
export function leadsTo(text: string, address: string): string | null {
  const link = linksIn(text, MOST_LINKS).find(
    (each) => isOfPage(text, each) && text.slice(each.start, each.end) === address,
  );
  return link?.href ?? null;
}

/** Its address says itself where it leads. */
function isOfPage(text: string, { start, end, shown }: Link): boolean {
  const raw = text.slice(start, end);
  return raw === shown && /^https?:\/\//u.test(raw);
}
