/** What became of a message, and what it answers. */
import { Reply } from "lucide-react";

import type { MessageView, ReplyView } from "../../api/generated";
import { Tooltip } from "../../components/Tooltip";
import { useSession, useWorkspace } from "../../state/context";
import { fewMarks } from "../../text/bounded";
import { pendingWords } from "../../words/changes";
import { glanced } from "../../words/previews";
import { fullTime } from "../../words/times";
import { toggleReaction } from "./acting/toggleReaction";

/** The message that is answered, as it is now, and the way to it. */
export function ReplyQuote({
  reply,
  conversation,
  peerName,
}: {
  readonly reply: ReplyView;
  readonly conversation: string;
  readonly peerName: string;
}) {
  const session = useSession();
  const own = useWorkspace(({ account }) => account.account_id);
  const said = (
    <>
      <Reply size={13} aria-hidden className="shrink-0" />
      <span className="sr-only">Answers</span>
      <bdi className="shrink-0 font-medium">{reply.author === own ? "You" : peerName}</bdi>
      <span dir="auto" className="truncate">
        {quoted(reply)}
      </span>
    </>
  );
  return (
    <p className="mb-0.5 flex text-13 text-ink-3">
      {reply.state === "here" ? (
        <button
          type="button"
          className="finger-room group/quote flex max-w-full min-w-0 items-center rounded-r-control text-left hover:text-ink"
          onClick={() => void session.pages.jump(conversation, reply.id)}
        >
          <span className="flex min-w-0 items-center gap-1.5 border-l-2 border-line-strong pl-2 group-hover/quote:border-accent">
            {said}
          </span>
        </button>
      ) : (
        <span className="flex min-w-0 items-center gap-1.5 border-l-2 border-line pl-2">{said}</span>
      )}
    </p>
  );
}

function quoted({ state, text }: ReplyView): string {
  if (state === "deleted") return "a message that was deleted";
  if (state === "vanished") return "a message that disappeared";
  if (state === "unknown") return "a message that is not on this computer";
  return text === null ? "something that is no text" : fewMarks(glanced(text));
}

export function EditedMark({
  message,
  peerName,
}: {
  readonly message: MessageView;
  readonly peerName: string;
}) {
  const pending = pendingWords(message.pending, peerName);
  return (
    <Tooltip text={`Edited ${fullTime(message.edited_at ?? 0)}.${pending}`} align="start">
      {/* The list hears of it: what it opens is loaded then. */}
      <button
        type="button"
        data-act="history"
        className="finger-room rounded-control text-12 text-ink-3 hover:text-ink hover:underline"
      >
        Edited
      </button>
    </Tooltip>
  );
}

export function Reactions({
  message,
  peerName,
}: {
  readonly message: MessageView;
  readonly peerName: string;
}) {
  const session = useSession();
  const own = useWorkspace(({ account }) => account.account_id);
  return (
    <ul aria-label="Reactions" className="flex flex-wrap gap-1 pt-0.5 pb-1">
      {message.reactions.map(({ emoji, authors }) => {
        const who = authors.map((author) => (author === own ? "you" : peerName)).join(" and ");
        return (
          <li key={emoji}>
            <Tooltip text={`${emoji} by ${who}`} align="start">
              <button
                type="button"
                aria-pressed={authors.includes(own)}
                className="finger-room group/chip inline-flex items-center justify-center rounded-round"
                onClick={() => void toggleReaction(session, message, emoji)}
              >
                <span className="inline-flex h-6 items-center gap-1 overflow-clip rounded-round border border-line bg-raised px-2 text-13 group-hover/chip:bg-hover group-aria-pressed/chip:border-accent group-aria-pressed/chip:bg-accent-soft">
                  <bdi>{emoji}</bdi>
                  {authors.length > 1 && <span className="tabular-nums">{authors.length}</span>}
                </span>
                <span className="sr-only">by {who}</span>
              </button>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}
