/** Links that let others in: one is made and given away here, and those that were made before are looked after. */
import { useEffect, useRef, useState } from "react";

import { Dialog } from "../../components/Dialog";
import { useWorkspace } from "../../state/context";
import { MadeInvites } from "./MadeInvites";
import { LinkToGive } from "./LinkToGive";
import { MakeLink } from "./MakeLink";
import { useInvites } from "./useInvites";
import { useMakeLink } from "./useMakeLink";
import { useReach } from "./useReach";

interface Props {
  readonly onClose: () => void;
  readonly onConversation: (conversation: string) => void;
}

export function InvitePeople({ onClose, onConversation }: Props) {
  const invites = useInvites();
  const [shown, setShown] = useState<string | null>(null);
  const reach = useReach(invites.reload);
  const making = useMakeLink(invites, reach, setShown);
  const given = invites.all?.find(({ id }) => id === shown);
  const theOne = given?.uses === 1 ? given.guests[0]?.cid : undefined;
  const conversation = useWorkspace(({ peers }) =>
    theOne === undefined ? undefined : peers.get(theOne)?.conversation,
  );
  // The one for whom the link was made is here: that is what everybody was waiting for.
  useEffect(() => {
    if (conversation !== undefined) onConversation(conversation);
  }, [conversation, onConversation]);
  // What is shown now is another thing: it is seen from its beginning.
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (region.current !== null) region.current.scrollTop = 0;
  }, [given?.id]);
  return (
    <Dialog title="Invite people" onClose={onClose} className="h-[min(100dvh,44rem)] max-w-xl">
      <div
        ref={region}
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
            <MakeLink reach={reach} making={making} />
          ) : (
            <LinkToGive
              key={given.id}
              invite={given}
              link={given.link}
              onConversation={onConversation}
              reach={reach}
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
