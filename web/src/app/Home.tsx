/** Nothing is open: what one can do from here. */
import { MessagesSquare, UserRoundPlus } from "lucide-react";

import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { useWorkspace } from "../state/context";
import { directMessagesOf, requestsOf } from "../words/lists";

interface Props {
  readonly onDiscover: () => void;
  readonly onInvite: () => void;
}

export function Home({ onDiscover, onInvite }: Props) {
  const alone = useWorkspace((workspace) => directMessagesOf(workspace).length === 0);
  const asked = useWorkspace((workspace) => requestsOf(workspace).length > 0);
  return (
    <div className="flex h-full items-center justify-center bg-surface">
      {alone && asked ? (
        <EmptyState icon={<MessagesSquare size={22} />} title="Somebody wants to talk to you" level={1}>
          Accept or decline beside this. Nothing but the request reaches you until you accept.
        </EmptyState>
      ) : alone ? (
        <EmptyState
          icon={<UserRoundPlus size={22} />}
          title="It is quiet in here"
          level={1}
          action={
            <>
              <Button kind="primary" onClick={onInvite}>
                Invite people
              </Button>
              <Button onClick={onDiscover}>Find people</Button>
            </>
          }
        >
          Send somebody a link: whoever comes by it is in a conversation with you at once. Or find who is on
          this server already, and ask them to talk.
        </EmptyState>
      ) : (
        <EmptyState icon={<MessagesSquare size={22} />} title="Pick a conversation" level={1}>
          Everything you read here is on this computer. What you write is sealed before it leaves.
        </EmptyState>
      )}
    </div>
  );
}
