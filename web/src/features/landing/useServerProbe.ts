/** Asks a server who it is, a moment after its address was typed. */
import { useEffect, useState } from "react";

import type { Reason, ServerProbed } from "../../api/generated";
import { ConnectionLost, Refused } from "../../api/InternalService";
import { useConnection, useService } from "../../state/context";

export type Probe =
  | { readonly state: "none" }
  | { readonly state: "asking"; readonly address: string; readonly since: number }
  | { readonly state: "known"; readonly address: string; readonly server: ServerProbed }
  | { readonly state: "failed"; readonly address: string; readonly reason: Reason };

const SETTLED_MILLISECONDS = 300;

export function useServerProbe(address: string): readonly [Probe, () => void] {
  const service = useService();
  const open = useConnection().state === "open";
  const [probe, setProbe] = useState<Probe>({ state: "none" });
  const [tries, setTries] = useState(0);

  useEffect(() => {
    if (!open) return; // asked when the connection is back
    let stale = false;
    const timer = setTimeout(() => {
      if (address === "") {
        setProbe({ state: "none" });
        return;
      }
      setProbe({ state: "asking", address, since: Date.now() });
      service.request("ProbeServer", { server_addr: address }).then(
        (server) => {
          if (!stale) setProbe({ state: "known", address, server });
        },
        (error: unknown) => {
          if (stale || error instanceof ConnectionLost) return;
          const reason: Reason =
            error instanceof Refused ? error.reason : { code: "internal", params: {}, acts: "retry" };
          setProbe({ state: "failed", address, reason });
        },
      );
    }, SETTLED_MILLISECONDS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [service, open, address, tries]);

  return [
    probe,
    () => {
      setTries(tries + 1);
    },
  ];
}
