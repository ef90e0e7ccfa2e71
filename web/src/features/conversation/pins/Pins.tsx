/** Where what is pinned stands, at the top of the conversation; nothing of it is loaded while nothing is pinned. */
import { lazy, Suspense, useState } from "react";

import type { ConversationView, PeerView } from "../../../api/generated";

const PinBar = lazy(() => import("./PinBar"));

interface Props {
  readonly pins: ConversationView["pins"] | undefined;
  readonly peer: PeerView;
  readonly writable: boolean;
}

export function Pins({ pins = [], peer, writable }: Props) {
  const [open, setOpen] = useState(false);
  if (pins.length === 0 && !open) return null;
  return (
    <Suspense fallback={<div className="h-10 shrink-0 border-b border-line" />}>
      <PinBar pins={pins} peer={peer} writable={writable} open={open} onOpen={setOpen} />
    </Suspense>
  );
}
