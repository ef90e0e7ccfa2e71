/** Somebody asks; it waits at the top of the sidebar and interrupts nobody. */
import { Ban, Ellipsis, TriangleAlert } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

import type { PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { Button, IconButton } from "../../components/Button";
import { Menu, MenuItem } from "../../components/Menu";
import { TheirWords } from "../../components/TheirWords";
import { useAttempt, useNow, useWorkspace } from "../../state/context";
import { asksToRegister } from "../../words/lists";
import { displayName, initials, lookAlikeOf } from "../../words/names";
import { sentenceOf } from "../../words/reasons";
import { sinceTime } from "../../words/times";

interface Props {
  readonly peer: PeerView;
  /** Answered a moment ago: it keeps its place, and says so. */
  readonly settled: boolean;
  readonly onAnswer: (accept: boolean) => Promise<unknown>;
  readonly onBlock: () => Promise<unknown>;
}

export function RequestCard({ peer, settled, onAnswer, onBlock }: Props) {
  const now = useNow();
  const [attempt, run] = useAttempt();
  const name = displayName(peer);
  const busy = attempt.state === "running";
  const doubt = useDoubt(peer);
  return (
    <li
      aria-label={`Request from ${name}`}
      className="motion-rise flex flex-col gap-2.5 rounded-card border border-line bg-raised p-3"
    >
      <div className="flex items-start gap-2.5">
        <Avatar initials={initials(name)} colourKey={peer.account_id} size={32} />
        <div className="min-w-0 flex-1">
          <span className="line-clamp-3 text-13 leading-4.5 font-medium break-words">
            <bdi>{name}</bdi>
          </span>
          <p className="truncate text-12 text-ink-3">
            <bdi>@{peer.username}</bdi> · {sinceTime(peer.relation_since, now)}
          </p>
        </div>
        <Menu
          trigger={
            <IconButton
              label={`More about ${name}`}
              className="-mt-1 -mr-1 size-7"
              icon={<Ellipsis size={16} aria-hidden />}
            />
          }
        >
          <MenuItem danger icon={<Ban size={16} aria-hidden />} onSelect={() => void run(onBlock)}>
            Block
          </MenuItem>
        </Menu>
      </div>
      {doubt}
      {doubt === null && !peer.names_signed && <p className="text-12 text-ink-3">Name as the server says.</p>}
      <p className="text-13 text-ink-2">
        {asksToRegister(peer) ? "Wants to talk to you." : "Wants to open your conversation again."}
      </p>
      {asksToRegister(peer) && peer.introduction !== "" && (
        <TheirWords said="They wrote:" words={peer.introduction} />
      )}
      {attempt.state === "refused" && (
        <p role="alert" className="text-12 text-red-ink">
          {sentenceOf(attempt.reason, { peer: name, now })}
        </p>
      )}
      {settled ? (
        <p className="flex h-7 items-center text-13 text-ink-3">Answered</p>
      ) : (
        <div className="flex gap-2">
          <Button
            kind={doubt === null ? "primary" : "secondary"}
            size="small"
            className="flex-1"
            busy={busy}
            onClick={() => void run(() => onAnswer(true))}
          >
            Accept
          </Button>
          <Button size="small" className="flex-1" busy={busy} onClick={() => void run(() => onAnswer(false))}>
            Decline
          </Button>
        </div>
      )}
    </li>
  );
}

/** Before anybody says yes: whom this person is not. Null where nothing speaks against the name. */
function useDoubt(peer: PeerView): ReactElement | null {
  const alike = useWorkspace(
    ({ account, peers }) => lookAlikeOf(peer, peers.values()) ?? lookAlikeOf(peer, [account]),
  );
  if (peer.namesake !== null)
    return (
      <Warning>
        Not the <bdi>@{peer.namesake.username}</bdi> you knew: this is another account under that name, or one
        that looks like it. Compare safety numbers before you believe who it is.
      </Warning>
    );
  if (alike !== undefined)
    return (
      <Warning>
        The name looks like that of <bdi>@{alike.username}</bdi>, but this is somebody else.
      </Warning>
    );
  return peer.looks.unseen ? (
    <Warning>The name holds signs that are not drawn, and may look like another one.</Warning>
  ) : null;
}

function Warning({ children }: { readonly children: ReactNode }) {
  return (
    <p role="note" className="flex gap-1.5 text-12 text-red-ink">
      <TriangleAlert size={14} aria-hidden className="mt-px shrink-0" />
      <span className="min-w-0 overflow-clip [overflow-wrap:anywhere]">{children}</span>
    </p>
  );
}
