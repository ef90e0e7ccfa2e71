/** Code as it was written: coloured where the language is known, copied with one press. */
import { Check, Copy } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";

import { IconButton } from "../../../components/Button";
import { COPYING_WORDS, selectText, useCopy } from "../../../components/useCopy";
import { fewMarks } from "../../../text/bounded";
import type { Coloured } from "./colours";

/** They change the order in which code is read, and not that in which it runs. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/u;

export const CodeBlock = memo(function CodeBlock({
  language,
  text,
}: {
  readonly language: string;
  readonly text: string;
}) {
  const code = useRef<HTMLElement>(null);
  const [copying, copy] = useCopy(() => {
    selectText(code.current);
  });
  const coloured = useColours(language, text);
  return (
    <div className="overflow-hidden rounded-control border border-line bg-sunken whitespace-normal">
      <div className="flex h-8 items-center gap-2 border-b border-line pr-0.5 pl-3 text-12 text-ink-3 select-none">
        <span className="min-w-0 flex-1 truncate">{language === "" ? "Code" : language}</span>
        <span role="status">{COPYING_WORDS[copying]}</span>
        <IconButton
          label="Copy code"
          className="!size-7"
          icon={copying === "copied" ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          onClick={() => {
            copy(text);
          }}
        />
      </div>
      {TURNING.test(text) && (
        <p className="border-b border-line bg-amber-soft px-3 py-1 text-12 text-ink-2">
          Signs in it change the order in which it is read: what runs may be another thing than what you see.
        </p>
      )}
      <pre
        dir="ltr"
        // Without a mouse, one scrolls what has the focus.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-96 overflow-auto px-3 py-2 font-mono text-13 leading-normal whitespace-pre -outline-offset-2"
      >
        <code ref={code}>{coloured === null ? fewMarks(text) : <Pieces of={coloured} />}</code>
      </pre>
    </div>
  );
});

function Pieces({ of: pieces }: { readonly of: readonly Coloured[] }) {
  return pieces.map((piece, place) =>
    typeof piece === "string" ? (
      fewMarks(piece)
    ) : (
      <span key={place} className={piece.classes}>
        <Pieces of={piece.children} />
      </span>
    ),
  );
}

/** Null until they are there, and where there are none: what it says is the same, in the same place. */
function useColours(language: string, text: string): readonly Coloured[] | null {
  const [known, setKnown] = useState<{
    readonly text: string;
    readonly pieces: readonly Coloured[] | null;
  }>();
  useEffect(() => {
    if (language === "") return;
    let stale = false;
    import("./colours").then(
      ({ coloursOf }) => {
        if (!stale) setKnown({ text, pieces: coloursOf(language, text) });
      },
      () => undefined, // without colours it says as much
    );
    return () => {
      stale = true;
    };
  }, [language, text]);
  return known?.text === text ? known.pieces : null;
}
