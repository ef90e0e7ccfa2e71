/** Who the server says it is, before anything is trusted to it. */
import { ShieldCheck, ShieldQuestion } from "lucide-react";

import type { ServerProbed } from "../../api/generated";

export function ServerIdentity({ server }: { readonly server: ServerProbed }) {
  const Icon = server.known ? ShieldCheck : ShieldQuestion;
  return (
    <div className="motion-appear flex gap-3 rounded-control bg-accent-soft px-3.5 py-3 text-13">
      <Icon size={18} aria-hidden className="mt-px shrink-0 text-accent-ink" />
      <div className="min-w-0">
        <p className="font-medium">{server.known ? "You know this server" : "First time on this server"}</p>
        <p className="text-ink-2">
          {server.known
            ? "It is the one your other accounts trust."
            : "To be sure it is the right one, compare its identity with whoever runs it. It is remembered from here on."}
        </p>
        <p className="mt-1 font-mono text-12 break-words" aria-label="Server identity">
          {server.fingerprint}
        </p>
      </div>
    </div>
  );
}
