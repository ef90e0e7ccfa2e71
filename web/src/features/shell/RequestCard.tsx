/** Somebody asks; it waits at the top of the sidebar and interrupts nobody. */
import { Ban, Ellipsis } from "lucide-react";

import type { PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { Button, IconButton } from "../../components/Button";
import { Menu, MenuItem } from "../../components/Menu";
import { useAttempt, useNow } from "../../state/context";
import { displayName, initials } from "../../state/names";
import { sentenceOf } from "../../state/reasons";
import { asksToRegister } from "../../state/selectors";
import { sinceTime } from "../../state/times";

interface Props {
  readonly peer: PeerView;
  readonly onAnswer: (accept: boolean) => Promise<unknown>;
  readonly onBlock: () => Promise<unknown>;
}

export function RequestCard({ peer, onAnswer, onBlock }: Props) {
  const now = useNow();
  const [attempt, run] = useAttempt();
  const name = displayName(peer);
  const busy = attempt.state === "running";
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
      <p className="text-13 text-ink-2">
        {asksToRegister(peer) ? "Wants to talk to you." : "Wants to open your conversation again."}
      </p>
      {attempt.state === "refused" && (
        <p role="alert" className="text-12 text-red-ink">
          {sentenceOf(attempt.reason, { peer: name, now })}
        </p>
      )}
      <div className="flex gap-2">
        <Button
          kind="primary"
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
    </li>
  );
}
