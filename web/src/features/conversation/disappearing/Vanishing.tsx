/** What disappears is watched once there is any; before, nothing of that is loaded. */
import { lazy, Suspense, useState } from "react";

import type { MessageView } from "../../../api/generated";

const VanishingRows = lazy(() => import("./VanishingRows"));

export function Vanishing({ messages }: { readonly messages: readonly MessageView[] }) {
  const [watched, setWatched] = useState(false);
  if (!watched && messages.some(({ ends_at }) => ends_at !== null)) setWatched(true);
  if (!watched) return null;
  return (
    <Suspense>
      <VanishingRows messages={messages} />
    </Suspense>
  );
}
