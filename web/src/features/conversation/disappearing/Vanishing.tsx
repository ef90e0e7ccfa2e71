/** What disappears is watched once there is any; before, nothing of that is loaded. */
import { useState } from "react";

import type { MessageView } from "../../../api/generated";
import { Later } from "../../../components/Later";

const vanishingRows = async () => (await import("./VanishingRows")).default;

export function Vanishing({ messages }: { readonly messages: readonly MessageView[] }) {
  const [watched, setWatched] = useState(false);
  if (!watched && messages.some(({ ends_at }) => ends_at !== null)) setWatched(true);
  if (!watched) return null;
  // Without it they go when the service says so.
  return <Later load={vanishingRows} of={{ messages }} failed={() => null} />;
}
