/** Where what is pinned stands, at the top of the conversation; nothing of it is loaded while nothing is pinned. */
import { useState } from "react";

import type { ConversationView, PeerView } from "../../../api/generated";
import { Later } from "../../../components/Later";

const pinBar = async () => (await import("./PinBar")).default;

interface Props {
  readonly pins: ConversationView["pins"] | undefined;
  readonly peer: PeerView;
  readonly writable: boolean;
}

export function Pins({ pins = [], peer, writable }: Props) {
  const [open, setOpen] = useState(false);
  if (pins.length === 0 && !open) return null;
  return (
    <Later
      load={pinBar}
      of={{ pins, peer, writable, open, onOpen: setOpen }}
      waiting={<div className="h-10 shrink-0 border-b border-line" />}
      failed={(said) => <div className="shrink-0 border-b border-line p-2">{said}</div>}
    />
  );
}
