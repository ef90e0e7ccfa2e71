/** Making a link, and first of all letting others come to the server where that is wished: it is away for a moment then. */
import { useEffect, useState } from "react";

import type { Reason } from "../../api/generated";
import { useWorkspace } from "../../state/context";
import type { Invites } from "./useInvites";
import type { ReachOfServer } from "./useReach";

export interface Wish {
  readonly uses: number;
  readonly seconds: number;
  /** Others have to come: the server listens on the network before the link is made. */
  readonly network: boolean;
}

export interface Making {
  /** What is waited for right now; `opens`: with the server on the network as its first part. */
  readonly step: "opening" | "connecting" | "making" | null;
  readonly opens: boolean;
  /** Why there is no link. */
  readonly refused: Reason | null;
  /** The server could not be started on the network. */
  readonly failed: boolean;
  readonly make: (wish: Wish) => void;
}

export function useMakeLink(
  invites: Invites,
  reach: ReachOfServer,
  onMade: (invite: string | null) => void,
): Making {
  const online = useWorkspace(({ account }) => account.link.state === "online");
  const [wish, setWish] = useState<Wish | null>(null);
  const [opening, setOpening] = useState(false);
  const [failed, setFailed] = useState(false);
  const begin = async (wished: Wish) => {
    setFailed(false);
    if (!wished.network) {
      onMade(await invites.make(wished.uses, wished.seconds));
      return;
    }
    setOpening(true);
    if (await reach.ask("network")) setWish(wished);
    else setFailed(true);
    setOpening(false);
  };
  useEffect(() => {
    if (wish === null || !online) return;
    void invites.make(wish.uses, wish.seconds).then((made) => {
      setWish(null);
      onMade(made);
    });
    // Once, as soon as the server is back; the functions are others with every drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wish, online]);
  return {
    step: opening
      ? "opening"
      : wish !== null && !online
        ? "connecting"
        : wish !== null || invites.making.state === "running"
          ? "making"
          : null,
    opens: opening || wish !== null,
    refused:
      invites.making.state === "refused"
        ? invites.making.reason
        : reach.attempt.state === "refused" && failed
          ? reach.attempt.reason
          : null,
    failed,
    make: (wished) => void begin(wished),
  };
}
