/** Taking messages back from everybody, or off one's own screens alone: what either reaches is said before. */
import { useState } from "react";

import type { MessageView } from "../../../api/generated";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { useAttempt, useSession } from "../../../state/context";
import { quotedLine } from "../../../words/previews";
import { sentenceOf } from "../../../words/reasons";
import { canBeTakenBack } from "./actionsOf";

interface Props {
  readonly messages: readonly MessageView[];
  readonly peerName: string;
  readonly writable: boolean;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

export function DeleteDialog({ messages, peerName, writable, onDeleted, onClose }: Props) {
  const { service, cid, notices } = useSession();
  const [attempt, run] = useAttempt({ waits: false });
  const [everywhere, setEverywhere] = useState(false);
  const [first] = messages;
  const one = messages.length === 1;
  const these = one ? "this message" : `these ${messages.length.toString()} messages`;
  const mine = messages.every(canBeTakenBack);
  const busy = attempt.state === "running";

  const remove = (fromEverybody: boolean) => {
    if (first === undefined || busy) return;
    setEverywhere(fromEverybody);
    const message_ids = messages.map(({ id }) => id);
    const fields = { cid, conversation: first.conversation, message_ids, everywhere: fromEverybody };
    void run(() => service.request("DeleteMessages", fields)).then((deleted) => {
      if (!deleted) return;
      notices.done(fromEverybody ? "Taken back" : "Deleted for you");
      onDeleted();
    });
  };

  return (
    <Dialog title={`Delete ${these}?`} onClose={onClose} className="max-w-md">
      <div className="flex flex-col gap-4 overflow-y-auto px-5 pb-5 text-13">
        {one && first !== undefined && (
          <p
            dir="auto"
            className="line-clamp-3 border-l-2 border-line-strong pl-3 text-15 wrap-anywhere text-ink-2"
          >
            {quotedLine(first)}
          </p>
        )}
        {mine && (
          <div className="flex flex-col gap-2 rounded-card border border-line p-3">
            <p>
              What {one ? "it says" : "they say"} goes here, on the server and on <bdi>{peerName}</bdi>’s
              devices. A line that something was deleted stays.
            </p>
            <p className="text-ink-3">
              Not reached: what <bdi>{peerName}</bdi> has read or copied, a screen that shows it until the
              word arrives, a device that stays off for too long, and programs that do not know how to delete.
            </p>
            <Button
              kind="danger"
              disabled={!writable}
              busy={busy && everywhere}
              onClick={() => {
                remove(true);
              }}
            >
              Delete for everyone
            </Button>
            {!writable && (
              <p className="text-ink-3">
                Nothing can be sent to {peerName} now, so nothing can be taken back.
              </p>
            )}
          </div>
        )}
        <div className="flex flex-col gap-2 rounded-card border border-line p-3">
          <p>
            {one ? "It goes" : "They go"} from your pages and from this computer’s disk, and nobody is told.{" "}
            <bdi>{peerName}</bdi> keeps {one ? "it" : "them"}.
          </p>
          <Button
            kind={mine ? "secondary" : "danger"}
            busy={busy && !everywhere}
            onClick={() => {
              remove(false);
            }}
          >
            Delete for me
          </Button>
        </div>
        {!mine && messages.some(({ mine: ours }) => ours) && (
          <p className="text-ink-3">Only your own messages can be deleted for everyone.</p>
        )}
        {attempt.state === "refused" && (
          <p role="alert" className="text-red-ink">
            {sentenceOf(attempt.reason, { peer: peerName })}
          </p>
        )}
      </div>
    </Dialog>
  );
}
