/** Links that let others in: one is made and given away here, and those that were made before are looked after. */
import { useState } from "react";

import { Dialog } from "../../components/Dialog";
import { MadeInvites } from "./MadeInvites";
import { LinkToGive } from "./LinkToGive";
import { MakeLink } from "./MakeLink";
import { useInvites } from "./useInvites";

interface Props {
  readonly onClose: () => void;
  readonly onConversation: (conversation: string) => void;
}

export function InvitePeople({ onClose, onConversation }: Props) {
  const invites = useInvites();
  const [shown, setShown] = useState<string | null>(null);
  const given = invites.all?.find(({ id }) => id === shown);
  return (
    <Dialog title="Invite people" onClose={onClose} className="h-[min(100dvh,44rem)] max-w-xl">
      <div
        // Scrollable with the keyboard, too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label="Invitations"
        className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-5 pt-1 pb-6 focus-visible:-outline-offset-2"
      >
        {/* As high as a link with its code, so that what stands below stays where it is. */}
        <div className="min-h-80 shrink-0">
          {given?.link == null ? (
            <MakeLink
              making={invites.making}
              onMake={async (uses, seconds) => {
                setShown(await invites.make(uses, seconds));
              }}
            />
          ) : (
            <LinkToGive
              key={given.id}
              invite={given}
              link={given.link}
              onConversation={onConversation}
              onReach={invites.reload}
              onAnother={() => {
                setShown(null);
              }}
            />
          )}
        </div>
        <MadeInvites invites={invites} shown={shown} onShow={setShown} onConversation={onConversation} />
      </div>
    </Dialog>
  );
}
