/** What a person wrote, between words of the program: plain text, quoted, and never taken for anything else. */
interface Props {
  /** Whose they are, before them. */
  readonly said: string;
  readonly words: string;
}

export function TheirWords({ said, words }: Props) {
  return (
    <figure className="min-w-0 text-13">
      <figcaption className="text-12 text-ink-3">{said}</figcaption>
      {/* Signs that draw far from their place would draw over what others say. */}
      <blockquote className="mt-0.5 overflow-clip border-l-2 border-line-strong pl-2 text-ink [overflow-wrap:anywhere]">
        “<bdi>{words}</bdi>”
      </blockquote>
    </figure>
  );
}
