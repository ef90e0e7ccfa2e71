/** What is being done right now, with a clock when it takes longer than people expect. */
import { LoaderCircle } from "lucide-react";

import { useNow } from "../../state/context";
import { shortDuration } from "../../words/times";

const PATIENCE_MILLISECONDS = 1500;

export function StepLine({ step, since }: { readonly step: string; readonly since: number }) {
  const passed = useNow(500) - since;
  return (
    <p role="status" className="flex items-center justify-center gap-2 text-13 text-ink-2">
      <LoaderCircle size={14} aria-hidden className="animate-spin" />
      {step}
      {passed > PATIENCE_MILLISECONDS && (
        <span className="text-ink-3 tabular-nums">{shortDuration(passed)}</span>
      )}
    </p>
  );
}
