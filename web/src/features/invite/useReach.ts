/** Who can come to the server of this computer, as it was found out last, and a change of it. */
import { useEffect, useState } from "react";

import type { ReachView, SetReach } from "../../api/generated";
import type { Attempt } from "../../state/context";
import { useAttempt, useSession } from "../../state/context";

export interface ReachOfServer {
  /** Null until it was found out. */
  readonly view: ReachView | null;
  readonly attempt: Attempt;
  /** Look, or change it; whether that was done. */
  readonly ask: (wanted?: SetReach["reach"]) => Promise<boolean>;
}

/** `onAsked` is called after each look or change that somebody asked for: links may lead elsewhere then. */
export function useReach(onAsked?: () => void): ReachOfServer {
  const { service, cid } = useSession();
  const [view, setView] = useState<ReachView | null>(null);
  const [attempt, run] = useAttempt();
  const find = async (wanted?: SetReach["reach"]) => {
    let failed = false;
    const answered = await run(async () => {
      const told =
        wanted === undefined
          ? await service.request("GetReach", { cid })
          : await service.request("SetReach", { cid, reach: wanted });
      setView(told.view);
      failed = told.view.failed;
    });
    return answered && !failed;
  };
  useEffect(() => {
    void find();
    // Once for each account: it is tried again when somebody asks for it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cid]);
  return {
    view,
    attempt,
    ask: async (wanted) => {
      const done = await find(wanted);
      onAsked?.();
      return done;
    },
  };
}
