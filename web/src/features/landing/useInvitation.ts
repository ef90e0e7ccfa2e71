/** Reads what was pasted, a moment after it was: nobody but the internal service is asked. */
import { useEffect, useState } from "react";

import type { InvitationRead, Reason } from "../../api/generated";
import { ConnectionLost, Refused } from "../../api/InternalService";
import { useConnection, useService } from "../../state/context";

export type Reading =
  | { readonly state: "none" }
  | { readonly state: "read"; readonly text: string; readonly invitation: InvitationRead }
  | { readonly state: "bad"; readonly text: string; readonly reason: Reason };

const SETTLED_MILLISECONDS = 200;

export function useInvitation(text: string): Reading {
  const service = useService();
  const open = useConnection().state === "open";
  const [reading, setReading] = useState<Reading>({ state: "none" });
  useEffect(() => {
    if (!open || text.trim() === "") return; // asked when the connection is back
    let stale = false;
    const timer = setTimeout(() => {
      service.request("ReadInvitation", { text }).then(
        (invitation) => {
          if (!stale) setReading({ state: "read", text, invitation });
        },
        (error: unknown) => {
          if (stale || error instanceof ConnectionLost) return;
          const reason: Reason =
            error instanceof Refused ? error.reason : { code: "internal", params: {}, acts: "retry" };
          setReading({ state: "bad", text, reason });
        },
      );
    }, SETTLED_MILLISECONDS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [service, open, text]);
  return reading.state !== "none" && reading.text === text ? reading : { state: "none" };
}
