/** That messages disappear, where one writes to somebody; nothing of it is loaded while they stay. */
import { lazy, Suspense } from "react";

const LifeMenu = lazy(() => import("./LifeMenu"));

export function LifeChip({
  conversation,
  livesFor,
}: {
  readonly conversation: string;
  readonly livesFor: number | null;
}) {
  if (livesFor === null) return null;
  return (
    <Suspense fallback={<span className="w-9 shrink-0" />}>
      <LifeMenu conversation={conversation} livesFor={livesFor} />
    </Suspense>
  );
}
