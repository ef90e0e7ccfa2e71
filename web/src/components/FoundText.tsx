/** A piece of a message, with what was found in it marked: as text, whatever it says. */
import { fewMarks } from "../text/bounded";

interface Props {
  readonly pieces: readonly { readonly text: string; readonly found: boolean }[];
  readonly cutBefore: boolean;
  readonly cutAfter: boolean;
  readonly className?: string;
}

export function FoundText({ pieces, cutBefore, cutAfter, className }: Props) {
  return (
    <bdi className={className}>
      {cutBefore && "…"}
      {pieces.map(({ text, found }, place) =>
        found ? (
          // A piece has no other name than its place, and never changes.
          <mark key={place.toString()} className="rounded-[3px] bg-amber-soft px-px font-medium text-ink">
            {fewMarks(text)}
          </mark>
        ) : (
          fewMarks(text)
        ),
      )}
      {cutAfter && "…"}
    </bdi>
  );
}
