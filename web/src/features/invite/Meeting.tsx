/** On the way into the conversation with who made an invitation: it is there as soon as the server has said who that is. */
import { UserRoundCheck, UserRoundX } from "lucide-react";
import { useEffect } from "react";

import type { Cid } from "../../api/generated";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { useWorkspace } from "../../state/context";
import { sentenceOf } from "../../words/reasons";

interface Props {
  readonly peer: Cid;
  readonly onConversation: (conversation: string) => void;
  readonly onHome: () => void;
}

export function Meeting({ peer, onConversation, onHome }: Props) {
  const conversation = useWorkspace(({ peers }) => peers.get(peer)?.conversation);
  const online = useWorkspace(({ account }) => account.link.state === "online");
  const failed = useWorkspace(({ account }) => account.invitation_failed);
  useEffect(() => {
    if (conversation !== undefined) onConversation(conversation);
  }, [conversation, onConversation]);
  if (failed !== null)
    return (
      <div className="flex h-full items-center justify-center bg-surface">
        <EmptyState
          icon={<UserRoundX size={22} />}
          title="The invitation did not lead to anybody"
          level={1}
          action={<Button onClick={onHome}>Go on without it</Button>}
        >
          <span role="alert">{sentenceOf(failed)}</span>
        </EmptyState>
      </div>
    );
  return (
    <div className="flex h-full items-center justify-center bg-surface">
      <EmptyState
        icon={<UserRoundCheck size={22} />}
        title="Nearly there"
        level={1}
        action={<Button onClick={onHome}>Look around meanwhile</Button>}
      >
        <span role="status">
          {online
            ? "The server is asked who invited you. Your conversation opens by itself."
            : "The server is away. It is asked who invited you when it is back."}
        </span>
      </EmptyState>
    </div>
  );
}
