/** Words on their way into the internal service: not a message yet, and never lost. */
import { beginningOf } from "../../text/bounded";
import { Button } from "../../components/Button";
import { StatusGlyph } from "../../components/StatusGlyph";
import { useConnection, useSession } from "../../state/context";
import type { PendingText } from "../../state/pendingTexts";
import { sentenceOf } from "../../words/reasons";
import { Words } from "./MessageText";

interface Props {
  readonly pending: PendingText;
  readonly peerName: string;
  /** The last one says what is being waited for. */
  readonly last: boolean;
}

export function PendingRow({ pending, peerName, last }: Props) {
  const session = useSession();
  const waiting = useConnection().state !== "open";
  const { messageId, text, refused, sealed, replyTo } = pending;
  const beginning = beginningOf(text);
  return (
    <li data-pending={messageId} className="flex items-end gap-2 px-3 py-0.5">
      <div className="min-w-0 flex-1">
        {replyTo !== null && <p className="text-12 text-ink-3">Your answer</p>}
        <Words text={beginning} cut={beginning.length < text.length} className="text-ink-2" />
        {refused !== null ? (
          <div role="alert" className="flex flex-wrap items-center gap-2 py-1 text-13 text-red-ink">
            <span className="min-w-0 flex-1 basis-52">{sentenceOf(refused, { peer: peerName })}</span>
            <Button
              size="small"
              onClick={() => {
                session.outgoing.handover.sendAgain(messageId);
              }}
            >
              Try again
            </Button>
            <Button
              size="small"
              kind="danger-quiet"
              onClick={() => {
                session.outgoing.discard(messageId);
              }}
            >
              Discard
            </Button>
          </div>
        ) : (
          waiting &&
          last && (
            <p className="pt-0.5 pb-1 text-12 text-ink-2">
              {sealed
                ? "Kept in this browser, sealed. It is handed over when Casemate on this computer is back."
                : "Kept in this tab only, until Casemate on this computer is back. Leave the tab open."}
            </p>
          )
        )}
      </div>
      <span className="flex h-[1.36rem] items-center">
        <StatusGlyph status={refused === null ? "handing-over" : "needs-you"} />
      </span>
    </li>
  );
}
