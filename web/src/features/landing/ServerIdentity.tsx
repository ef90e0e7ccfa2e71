/** Who the server says it is, before anything is trusted to it. */
import { ShieldCheck, ShieldQuestion } from "lucide-react";

import type { ServerProbed } from "../../api/generated";

/** `server` is null while it is being asked; the place is kept, so that nothing moves when it answers. */
export function ServerIdentity({ server }: { readonly server: ServerProbed | null }) {
  const Icon = server?.known === true || server?.own === true ? ShieldCheck : ShieldQuestion;
  return (
    <div className="flex min-h-26 gap-3 rounded-control bg-accent-soft px-3.5 py-3 text-13">
      <Icon size={18} aria-hidden className="mt-px shrink-0 text-accent-ink" />
      {server === null ? (
        <p className="text-ink-2">Asking the server who it is…</p>
      ) : (
        <div className="motion-appear min-w-0">
          <p className="font-medium">{titleOf(server)}</p>
          <p className="text-ink-2">{adviceOf(server)}</p>
          <p className="mt-1 font-mono text-12 break-words" aria-label="Server identity">
            {server.fingerprint}
          </p>
        </div>
      )}
    </div>
  );
}

function titleOf({ own, known }: ServerProbed): string {
  if (own) return "This is your own server";
  return known ? "You know this server" : "First time on this server";
}

function adviceOf({ own, known }: ServerProbed): string {
  if (own) return "It was started here together with Casemate. People who join it compare this with you.";
  if (known) return "Your other accounts trust it.";
  return "Compare its identity with whoever runs it: it is printed when the server starts, and by “casemate server fingerprint”.";
}
