/** The internal service is gone and there is nothing to show: how to start it again, and it is tried by itself. */
import { PlugZap } from "lucide-react";
import type { ReactNode } from "react";

import { StartAgain } from "../components/StartAgain";
import { commandsOfService } from "../state/commands";
import { useNow, useService } from "../state/context";
import { shortDuration, sinceTime } from "../words/times";
import { Standstill } from "./Standstill";

interface Props {
  readonly since: number;
  readonly retryAt: number | null;
  /** Another way on, beside trying again. */
  readonly beside?: ReactNode;
}

export function Unreachable({ since, retryAt, beside }: Props) {
  const service = useService();
  const now = useNow(500);
  return (
    <Standstill
      icon={<PlugZap size={22} />}
      title="Casemate on this computer does not answer"
      action="Try now"
      onAction={() => {
        service.retryNow();
      }}
      beside={beside}
    >
      <p>
        It holds your keys and your history on this computer. <StartAgain {...commandsOfService()} /> This
        page goes on by itself when it is back, and what you wrote here is kept.
      </p>
      <p className="mt-3 text-13 text-ink-3 tabular-nums">
        Not reached since {sinceTime(since, now)}.{" "}
        {retryAt === null || retryAt - now < 500
          ? "Trying…"
          : `Trying again in ${shortDuration(retryAt - now)}.`}
      </p>
    </Standstill>
  );
}
