/** The invitations of an account: asked for when they are shown, and again when somebody has come by one, or links lead elsewhere. */
import { useEffect, useState } from "react";

import type { InviteView } from "../../api/generated";
import type { Attempt } from "../../state/context";
import { useAttempt, useSession, useSessionState, useWorkspace } from "../../state/context";

export interface Invites {
  /** The newest first; null until they were told. */
  readonly all: readonly InviteView[] | null;
  readonly listing: Attempt;
  readonly making: Attempt;
  readonly reload: () => void;
  /** The id of the new one, or null: `making` says why. */
  readonly make: (uses: number, seconds: number) => Promise<string | null>;
  /** Rejects as requests do. */
  readonly takeBack: (invite: string) => Promise<void>;
}

export function useInvites(): Invites {
  const { service, cid } = useSession();
  const live = useSessionState((state) => state.live);
  const come = useWorkspace(({ peers }) => countOf(peers.values()));
  const refused = useWorkspace(({ account }) => account.invites_refused);
  const addresses = useWorkspace(({ account }) =>
    account.server_addresses.map(({ address }) => address).join(" "),
  );
  const [all, setAll] = useState<readonly InviteView[] | null>(null);
  const [listing, list] = useAttempt();
  const [making, run] = useAttempt();
  const reload = () =>
    void list(async () => {
      setAll((await service.request("ListInvites", { cid })).invites);
    });
  useEffect(() => {
    if (live) reload();
    // Whenever the service is there (again) whenever somebody came, the server moved, or takes nobody by one; `reload` is another one with every drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [service, cid, live, come, refused, addresses]);
  return {
    all,
    listing,
    making,
    reload,
    make: async (uses, seconds) => {
      let made: string | null = null;
      await run(async () => {
        const { invites } = await service.request("MakeInvite", { cid, uses, seconds });
        setAll(invites);
        made = invites[0]?.id ?? null;
      });
      return made;
    },
    takeBack: async (invite) => {
      setAll((await service.request("TakeBackInvite", { cid, invite })).invites);
    },
  };
}

function countOf(peers: Iterable<{ readonly met: string }>): number {
  let count = 0;
  for (const { met } of peers) if (met === "by_our_invitation") count++;
  return count;
}
