/** Technical detail: out of the way until someone wants it, then copyable. */
import { Check, Copy } from "lucide-react";
import { useRef } from "react";

import { COPYING_WORDS, selectText, useCopy } from "./useCopy";

export function CopyDetail({ detail }: { readonly detail: string }) {
  const place = useRef<HTMLElement>(null);
  const [copying, copy] = useCopy(() => {
    selectText(place.current);
  });
  return (
    <details className="text-12 text-ink-2">
      <summary className="w-fit cursor-pointer rounded-control select-none pointer-coarse:max-tablet:py-3.5">
        Technical detail
      </summary>
      <div className="mt-1 flex items-start gap-2">
        <code ref={place} className="min-w-0 flex-1 font-mono break-all">
          {detail}
        </code>
        <button
          type="button"
          aria-label="Copy technical detail"
          className="rounded-control p-1.5 hover:bg-hover"
          onClick={() => {
            copy(detail);
          }}
        >
          {copying === "copied" ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        </button>
      </div>
      <p role="status" className={copying === "refused" ? undefined : "sr-only"}>
        {COPYING_WORDS[copying]}
      </p>
    </details>
  );
}
