/** Before the internal service has said anything at all. */
import { PlugZap } from "lucide-react";

import type { Connection } from "../api/InternalService";
import { Logo } from "../components/Logo";
import { useNow, useService } from "../state/context";
import { shortDuration, sinceTime } from "../state/times";
import { Standstill } from "./Standstill";

export function Waiting({ connection }: { readonly connection: Connection }) {
  if (connection.state !== "lost")
    return (
      <main aria-label="Casemate" aria-busy className="flex h-full items-center justify-center bg-sidebar">
        <span className="motion-appear opacity-60">
          <Logo size={56} />
        </span>
      </main>
    );
  return <Unreachable since={connection.since} retryAt={connection.retryAt} />;
}

function Unreachable({ since, retryAt }: { readonly since: number; readonly retryAt: number | null }) {
  const service = useService();
  const now = useNow(500);
  return (
    <Standstill
      icon={<PlugZap size={22} />}
      title="Your internal service does not answer"
      action="Try now"
      onAction={() => {
        service.retryNow();
      }}
    >
      <p>
        It holds your keys and your history on this computer. If it is not running, start it with{" "}
        <code className="font-mono text-13">casemate up</code>. If it runs, open the address that{" "}
        <code className="font-mono text-13">casemate open</code> prints.
      </p>
      <p role="status" className="mt-3 text-13 text-ink-3 tabular-nums">
        Not reached since {sinceTime(since, now)}.{" "}
        {retryAt === null || retryAt <= now ? "Trying…" : `Trying again in ${shortDuration(retryAt - now)}.`}
      </p>
    </Standstill>
  );
}
