/** Everybody this account has to do with, and what they are to each other. */
import { Link, UserRoundPlus, UsersRound } from "lucide-react";

import type { PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { PersonName } from "../../components/PersonName";
import { useNow, useWorkspace } from "../../state/context";
import { peopleOf } from "../../words/lists";
import { AWAITED } from "../../words/invitations";
import { displayName, initials } from "../../words/names";
import { hasOwnConnection, wayWord } from "../../words/paths";
import { presenceOf, presenceSentence } from "../../words/presence";
import { TurnedAway } from "./TurnedAway";

interface Props {
  readonly onDiscover: () => void;
  readonly onInvite: () => void;
  readonly onOpen: (conversation: string) => void;
}

export function PeopleScreen({ onDiscover, onInvite, onOpen }: Props) {
  const people = useWorkspace(peopleOf);
  const ways = (
    <>
      <Button
        kind={people.length === 0 ? "primary" : "secondary"}
        icon={<Link size={16} aria-hidden />}
        onClick={onInvite}
      >
        Invite people
      </Button>
      <Button title="Find people" icon={<UserRoundPlus size={16} aria-hidden />} onClick={onDiscover}>
        Find people
      </Button>
    </>
  );
  return (
    <div className="h-full overflow-y-auto bg-surface">
      <div className="mx-auto flex max-w-xl flex-col gap-5 px-5 py-8">
        <header className="flex flex-wrap items-center gap-3">
          <h1 className="flex-1 text-24 font-bold tracking-tight">People</h1>
          {people.length > 0 && ways}
        </header>
        {people.length === 0 ? (
          <EmptyState icon={<UsersRound size={22} />} title="Nobody yet" action={ways}>
            Send somebody a link, or see who is on this server and ask them to talk.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line rounded-card border border-line bg-raised [--behind:var(--raised)]">
            {people.map((peer) => (
              <Person key={peer.cid.toString()} peer={peer} onOpen={onOpen} />
            ))}
          </ul>
        )}
        <TurnedAway />
      </div>
    </div>
  );
}

function Person({
  peer,
  onOpen,
}: {
  readonly peer: PeerView;
  readonly onOpen: (conversation: string) => void;
}) {
  const now = useNow();
  const name = displayName(peer);
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Avatar
        initials={initials(name)}
        colourKey={peer.account_id}
        size={40}
        verified={peer.verified}
        presence={peer.relation === "registered" ? presenceOf(peer) : undefined}
      />
      <div className="min-w-0 flex-1">
        <PersonName
          name={name}
          username={peer.username}
          className="line-clamp-2 text-15 font-medium [overflow-wrap:anywhere]"
        />
        <p className="text-13 text-pretty text-ink-3">{standingWords(peer, presenceSentence(peer, now))}</p>
      </div>
      <Button
        size="small"
        onClick={() => {
          onOpen(peer.conversation);
        }}
      >
        Open
      </Button>
    </li>
  );
}

function standingWords(peer: PeerView, presence: string): string {
  if (peer.awaited) return AWAITED;
  switch (peer.relation) {
    case "requested":
      return "Registration Sent";
    case "asks_you":
      return "Wants to talk to you";
    case "declined":
      return "Declined";
    case "gone":
      return "Account deleted";
    case "none":
      return presence;
    case "registered":
      if (peer.connection !== "connected") return `Registered · ${presence}`;
      return hasOwnConnection(peer.path)
        ? `Connected · ${presence}, ${wayWord(peer.path.kind)}`
        : `Connected · ${presence}`;
  }
}
