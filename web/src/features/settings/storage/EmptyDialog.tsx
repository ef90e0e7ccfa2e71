/** Erases a conversation from this computer, with how far it has come. */
import { useEffect, useRef, useState } from "react";

import type { ConversationEmptied, MessageOrder } from "../../../api/generated";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { useAttempt, useSession } from "../../../state/context";
import { displayName } from "../../../words/names";
import { sentenceOf } from "../../../words/reasons";
import type { Use } from "./useUses";

/** As many as the service erases with one request. */
const AT_ONCE = 200;

interface Props {
  readonly use: Use;
  readonly onEmptied: () => void;
  readonly onClose: () => void;
}

export function EmptyDialog({ use, onEmptied, onClose }: Props) {
  const { service, cid, notices } = useSession();
  const [attempt, run] = useAttempt({ waits: false });
  const [erased, setErased] = useState(0);
  const { peer, messages, upTo } = use;
  const name = displayName(peer);
  const busy = attempt.state === "running";

  const stopping = useRef(false);
  useEffect(() => {
    stopping.current = false;
    return () => {
      stopping.current = true;
    };
  }, []);

  const empty = async () => {
    let after: MessageOrder | null = null;
    do {
      const fields = { cid, conversation: peer.conversation, up_to: upTo, after };
      const answer: ConversationEmptied = await service.request("EmptyConversation", fields);
      ({ after } = answer);
      setErased((before) => Math.min(messages, before + AT_ONCE));
    } while (after !== null && !stopping.current);
  };

  return (
    <Dialog title={`Empty the conversation with ${name}?`} onClose={onClose} className="max-w-md">
      <div className="flex flex-col gap-4 overflow-y-auto px-5 pb-5 text-13">
        <p>
          {messages === 1 ? "The message" : `All ${messages.toLocaleString()} messages`} of it go from this
          computer’s disk, and cannot be had back. Nobody is told, and <bdi>{name}</bdi> keeps theirs. What is
          still on its way to them stays.
        </p>
        <p role="status" className="tabular-nums empty:hidden">
          {busy && erased > 0 ? `${erased.toLocaleString()} of ${messages.toLocaleString()} erased…` : ""}
        </p>
        {attempt.state === "refused" && (
          <p role="alert" className="text-red-ink">
            {sentenceOf(attempt.reason, { peer: name })}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{busy ? "Stop" : "Cancel"}</Button>
          <Button
            kind="danger"
            busy={busy}
            onClick={() => {
              setErased(0);
              void run(empty).then((emptied) => {
                onEmptied();
                if (!emptied || stopping.current) return;
                notices.done("Emptied");
                onClose();
              });
            }}
          >
            Empty it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
