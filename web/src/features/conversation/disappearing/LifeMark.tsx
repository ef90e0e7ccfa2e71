/** The sign of a message that disappears; when it does is said, and loaded, where somebody points at it. */
import { Timer } from "lucide-react";
import { lazy, Suspense } from "react";

import type { MessageView } from "../../../api/generated";

const LifeTip = lazy(() => import("./LifeTip"));

export function LifeMark({
  message,
  explained,
}: {
  readonly message: MessageView;
  readonly explained: boolean;
}) {
  const mark = (
    <span className="inline-flex text-ink-3">
      <Timer size={12} role="img" aria-label="Disappears" />
    </span>
  );
  if (!explained) return mark;
  return (
    <Suspense fallback={mark}>
      <LifeTip message={message}>{mark}</LifeTip>
    </Suspense>
  );
}
