/** Above the text that one writes: what it answers, or that it changes what was said before. Esc leaves it, too. */
import { Pencil, Reply, X } from "lucide-react";
import type { ReactNode } from "react";

import type { Reason } from "../../../api/generated";
import { IconButton } from "../../../components/Button";
import type { Composed } from "../../../state/Composing";
import { useSession } from "../../../state/context";
import { quotedLine } from "../../../words/previews";
import { sentenceOf } from "../../../words/reasons";
import { useMessage } from "./useMessage";

interface Props {
  readonly conversation: string;
  readonly mode: Composed;
  readonly peerName: string;
  /** Why an edit was not taken. */
  readonly refused: Reason | null;
  readonly onLeave: () => void;
}

export function ComposedBar({ conversation, mode, peerName, refused, onLeave }: Props) {
  const session = useSession();
  const id = mode.kind === "reply" ? mode.to.id : mode.id;
  const message = useMessage(conversation, id);
  const who = message === null ? null : message.mine ? "yourself" : peerName;
  const isReply = mode.kind === "reply";
  const title: ReactNode = !isReply ? (
    "Editing"
  ) : who === null ? (
    "Replying"
  ) : (
    <>
      Replying to <bdi>{who}</bdi>
    </>
  );
  return (
    <div className="mb-1 border-l-2 border-accent bg-sunken pl-2.5 text-13">
      <div className="flex h-8 items-center gap-2">
        <p role="status" className="flex min-w-0 flex-1 items-center gap-2">
          <span aria-hidden className="shrink-0 text-accent-ink">
            {isReply ? <Reply size={14} /> : <Pencil size={13} />}
          </span>
          <span className="shrink-0 font-medium text-ink-2">{title}</span>
          {message !== null && (
            <button
              type="button"
              className="min-w-0 truncate rounded-control text-left text-ink-3 hover:text-ink hover:underline"
              onClick={() => void session.pages.jump(conversation, id)}
            >
              <span className="sr-only">Show: </span>
              <bdi>{quotedLine(message)}</bdi>
            </button>
          )}
        </p>
        <IconButton
          label={isReply ? "Do not reply to it" : "Stop editing"}
          shortcut="Esc"
          className="!size-7"
          icon={<X size={15} aria-hidden />}
          onClick={onLeave}
        />
      </div>
      {refused !== null && (
        <p role="alert" className="pr-2 pb-1.5 text-red-ink">
          {sentenceOf(refused, { peer: peerName })} What you wrote is still here.
        </p>
      )}
    </div>
  );
}
