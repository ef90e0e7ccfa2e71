/** Text as it was written, with web addresses one can follow. Nothing else in it is ever interpreted. */
import type { ReactNode } from "react";

/** Only addresses of the web; signs that usually end a sentence do not belong to the address before them. */
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?'’”)\]}]/gu;

export function LinkedText({ text }: { readonly text: string }) {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    parts.push(text.slice(end, index));
    parts.push(
      // The other side learns neither where one came from nor gets a hold of this page.
      <a
        key={index}
        href={address}
        target="_blank"
        rel="noopener noreferrer"
        className="text-accent-ink underline decoration-1 underline-offset-2 hover:decoration-2"
      >
        {address}
      </a>,
    );
    end = index + address.length;
  }
  return parts.length === 0 ? text : [...parts, text.slice(end)];
}
