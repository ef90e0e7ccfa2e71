/** Whether Casemate starts with this computer: asked whenever a screen that shows it opens, never remembered. */
import { useEffect, useState } from "react";

import type { AutostartTold } from "../api/generated";
import type { Attempt } from "./context";
import { useAttempt, useConnection, useService } from "./context";

export interface Autostart {
  /** Null until the service has said it. */
  readonly told: AutostartTold | null;
  /** The last change, or the look at it. */
  readonly attempt: Attempt;
  readonly turn: (on: boolean) => void;
}

export function useAutostart(): Autostart {
  const service = useService();
  const isOpen = useConnection().state === "open";
  const [told, setTold] = useState<AutostartTold | null>(null);
  const [attempt, run] = useAttempt();
  useEffect(() => {
    if (isOpen)
      void run(async () => {
        setTold(await service.request("GetAutostart", {}));
      });
    // Whenever the service is there (again); `run` is another one with every drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [service, isOpen]);
  const turn = (on: boolean) => {
    if (attempt.state === "running") return;
    void run(async () => {
      setTold(await service.request("SetAutostart", { on }));
    });
  };
  return { told, attempt, turn };
}
