/** Who the server says it is, before anything is trusted to it. */
import { ShieldCheck, ShieldQuestion } from "lucide-react";

import type { ServerProbed } from "../../api/generated";

/** `server` is null while it is being asked; the place is kept, so that nothing moves when it answers. */
export function ServerIdentity({ server }: { readonly server: ServerProbed | null }) {
  const Icon = server?.known ? ShieldCheck : ShieldQuestion;
  return (
    <div className="flex min-h-26 gap-3 rounded-control bg-accent-soft px-3.5 py-3 text-13">
      <Icon size={18} aria-hidden className="mt-px shrink-0 text-accent-ink" />
      {server === null ? (
        <p className="text-ink-2">Asking the server who it is…</p>
      ) : (
        <div className="motion-appear min-w-0">
          <p className="font-medium">{server.known ? "You know this server" : "First time on this server"}</p>
          <p className="text-ink-2">
            {server.known ? "Your other accounts trust it." : "Compare its identity with whoever runs it."}
          </p>
          <p className="mt-1 font-mono text-12 break-words" aria-label="Server identity">
            {server.fingerprint}
          </p>
        </div>
      )}
    </div>
  );
}
