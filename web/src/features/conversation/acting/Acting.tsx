/** What one does with messages: it comes with the first message that somebody points at, or goes to. */
import type { RefObject } from "react";
import { useEffect, useState } from "react";

import { afterPaint } from "../../../api/JoinedFrames";
import type { PeerView } from "../../../api/generated";
import { Later } from "../../../components/Later";
import { useActing } from "./useActing";

interface Props {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly peer: PeerView;
  readonly writable: boolean;
}

const actingLayer = async () => (await import("./ActingLayer")).ActingLayer;

export function Acting({ scroller, peer, writable }: Props) {
  const acting = useActing(scroller);
  const [wanted, setWanted] = useState(false);
  if (!wanted && (acting.pointed ?? acting.menu ?? acting.asked) !== null) setWanted(true);
  useEffect(() => {
    // Once the page stands, so that it is there also while the service is not.
    afterPaint(() => void actingLayer().catch(() => undefined));
  }, []);
  return wanted ? (
    <Later
      load={actingLayer}
      of={{ scroller, acting, peer, writable }}
      failed={(said) => (
        <div className="absolute inset-x-3 bottom-3 mx-auto max-w-md rounded-card border border-line bg-raised p-3 shadow-float">
          {said}
        </div>
      )}
    />
  ) : null;
}
