/** The server that an invitation leads to. Nobody has to compare anything: the link names its key. */
import { ShieldCheck } from "lucide-react";

import type { InvitationRead } from "../../api/generated";
import { Button } from "../../components/Button";

interface Props {
  readonly invitation: InvitationRead;
  readonly onAnother: () => void;
}

export function VerifiedServer({ invitation, onAnother }: Props) {
  return (
    <section
      aria-label="The server of this invitation"
      className="flex min-h-26 gap-3 rounded-control bg-accent-soft px-3.5 py-3 text-13"
    >
      <ShieldCheck size={18} aria-hidden className="mt-px shrink-0 text-accent-ink" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{invitation.server_addr}</p>
        <p className="text-ink-2">Verified by the invitation: no other server is let in its place.</p>
        <p className="mt-1 font-mono text-12 break-words" aria-label="Server identity">
          {invitation.fingerprint}
        </p>
        <Button kind="quiet" size="small" className="mt-1 -ml-2.5" onClick={onAnother}>
          Use another invitation
        </Button>
      </div>
    </section>
  );
}
