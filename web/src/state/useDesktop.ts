/** Whether this computer shows notifications while no tab does: asked whenever a screen that says so opens. */
import { useEffect, useState } from "react";

import type { DesktopTold } from "../api/generated";
import { useConnection, useService } from "./context";

/** Null until it was said. */
export function useDesktop(): DesktopTold["state"] | null {
  const service = useService();
  const isOpen = useConnection().state === "open";
  const [state, setState] = useState<DesktopTold["state"] | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    let stale = false;
    service.request("GetDesktop", {}).then(
      (told) => {
        if (!stale) setState(told.state);
      },
      () => undefined, // nothing is said of it
    );
    return () => {
      stale = true;
    };
  }, [service, isOpen]);
  return state;
}
