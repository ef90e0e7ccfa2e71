/** The invitations that were made before, with who came by each. */
import { useRef } from "react";

import { Button } from "../../components/Button";
import { sentenceOf } from "../../words/reasons";
import { InviteRow } from "./InviteRow";
import type { Invites } from "./useInvites";

interface Props {
  readonly invites: Invites;
  /** The one whose link is in sight. */
  readonly shown: string | null;
  readonly onShow: (id: string) => void;
  readonly onConversation: (conversation: string) => void;
}

export function MadeInvites({ invites, shown, onShow, onConversation }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const { all, listing } = invites;
  return (
    <section aria-labelledby="your-invitations" className="flex shrink-0 flex-col gap-2">
      <h3 id="your-invitations" className="text-13 font-medium text-ink-2">
        Your invitations
      </h3>
      {all === null ? (
        listing.state === "refused" ? (
          <div className="flex flex-wrap items-center gap-3">
            <p role="alert" className="min-w-0 flex-1 basis-48 text-13 text-red-ink">
              {sentenceOf(listing.reason)}
            </p>
            <Button size="small" onClick={invites.reload}>
              Try again
            </Button>
          </div>
        ) : (
          <div role="status" aria-label="Loading your invitations">
            <span className="skeleton block h-16 w-full" />
          </div>
        )
      ) : all.length === 0 ? (
        <p className="py-1 text-13 text-ink-3">
          None yet. Each link you make stands here until a month after its end.
        </p>
      ) : (
        <ul
          ref={list}
          tabIndex={-1}
          aria-labelledby="your-invitations"
          className="divide-y divide-line rounded-card border border-line"
        >
          {all.map((invite) => (
            <InviteRow
              key={invite.id}
              invite={invite}
              isShown={invite.id === shown}
              onShow={onShow}
              onTakeBack={async () => {
                await invites.takeBack(invite.id);
                // The pressed button is gone.
                list.current?.focus();
              }}
              onConversation={onConversation}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
