/** What one person said in one go: avatar and name once, own words slightly tinted. */
import type { Reason } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { classes } from "../../components/classes";
import { CutText } from "../../components/PersonName";
import { initials } from "../../words/names";
import { clockTime } from "../../words/times";
import type { Group } from "./listItems";
import { MessageRow } from "./MessageRow";
import { PendingRow } from "./PendingRow";

interface Props {
  readonly group: Group;
  readonly author: Author;
  readonly peerName: string;
  readonly waitsFor: Reason | null;
}

export interface Author {
  readonly name: string;
  readonly accountId: string;
}

export function MessageGroup({ group, author, peerName, waitsFor }: Props) {
  const first = group.messages[0];
  const last = group.messages.at(-1);
  return (
    <li className="flex gap-3 px-4 pt-3 compact:pt-1.5 contain-layout contain-paint tablet:px-6">
      <span className="pt-0.5">
        <Avatar initials={initials(author.name)} colourKey={author.accountId} size={32} />
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="flex items-baseline gap-2">
          <CutText className="text-13 font-bold">{author.name}</CutText>
          {group.mine && <span className="text-12 text-ink-3">you</span>}
          {first && <span className="sr-only">at {clockTime(first.shown_at)}</span>}
        </h2>
        <ol className={classes("mt-0.5", group.mine && "-ml-3 rounded-card bg-own py-1 compact:py-0")}>
          {group.messages.map((message) => (
            <MessageRow
              key={message.id}
              message={message}
              peerName={peerName}
              showGlyph={group.glyphs.has(message.id)}
              last={message === last}
              waitsFor={waitsFor}
            />
          ))}
          {group.pending.map((pending) => (
            <PendingRow
              key={pending.messageId}
              pending={pending}
              peerName={peerName}
              last={pending === group.pending.at(-1)}
            />
          ))}
        </ol>
      </div>
    </li>
  );
}
