/** What each conversation takes on this computer, the largest first: asked for one by one, so that nothing waits for it. */
import { useEffect, useState } from "react";

import type { PeerView } from "../../../api/generated";
import { useSession, useSessionState } from "../../../state/context";
import { peerIn } from "../../../state/workspace";

export interface Use {
  readonly peer: PeerView;
  readonly messages: number;
  readonly bytes: number;
  /** The `arrival` of what had come last when this was asked. */
  readonly upTo: number;
}

interface Uses {
  /** Null: not all of them have been told yet. */
  readonly uses: readonly Use[] | null;
  readonly failed: boolean;
  readonly again: () => void;
}

export function useUses(): Uses {
  const { service, cid, store } = useSession();
  const [told, setTold] = useState<Pick<Uses, "uses" | "failed">>({ uses: null, failed: false });
  const [turn, setTurn] = useState(0);
  const live = useSessionState((state) => state.live);

  useEffect(() => {
    let left = false;
    const ask = async () => {
      const { workspace } = store.get();
      if (workspace === null) return;
      const uses: Use[] = [];
      for (const { id, last } of workspace.conversations.values()) {
        const peer = peerIn(workspace, id);
        if (last === null || peer === undefined) continue;
        const use = await service.request("GetStorageUse", { cid, conversation: id });
        if (left) return;
        uses.push({ peer, messages: use.messages, bytes: use.bytes, upTo: use.last_arrival });
      }
      setTold({ uses: uses.sort((one, other) => other.bytes - one.bytes), failed: false });
    };
    ask().catch(() => {
      // What was told before stays, with what somebody does with it.
      if (!left) setTold(({ uses }) => ({ uses, failed: true }));
    });
    return () => {
      left = true;
    };
  }, [service, cid, store, turn, live]);

  return {
    ...told,
    again: () => {
      setTurn((before) => before + 1);
    },
  };
}
