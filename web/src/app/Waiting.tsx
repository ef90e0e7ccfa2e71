/** Before the internal service has said anything at all. */
import type { Connection } from "../api/InternalService";
import { Logo } from "../components/Logo";
import { Unreachable } from "./Unreachable";

export function Waiting({ connection }: { readonly connection: Connection }) {
  if (connection.state !== "lost")
    return (
      <main aria-label="Casemate" aria-busy className="flex h-full items-center justify-center bg-sidebar">
        <h1 className="sr-only">Casemate is starting</h1>
        <span className="motion-appear opacity-60">
          <Logo size={56} />
        </span>
      </main>
    );
  return <Unreachable since={connection.since} retryAt={connection.retryAt} />;
}
