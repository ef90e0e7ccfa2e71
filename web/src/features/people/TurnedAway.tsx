/** Whom one blocked, and whose requests one declined, each with the way back. */
import { useState } from "react";
import type { ReactNode } from "react";

import type { PeerView } from "../../api/generated";
import { Refused } from "../../api/InternalService";
import { Avatar } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { PersonName } from "../../components/PersonName";
import { askToTalk } from "../../state/actions";
import { CONNECTION_LOST, useAttempt, useNow, useSession, useWorkspace } from "../../state/context";
import { blockedOf, declinedOf } from "../../words/lists";
import { displayName, initials } from "../../words/names";
import { sentenceOf } from "../../words/reasons";
import { clockTime, dayName } from "../../words/times";

export function TurnedAway() {
  const blocked = useWorkspace(blockedOf);
  const declined = useWorkspace(declinedOf);
  return (
    <>
      <PeopleList
        title="Blocked"
        nobody="Nobody. Block somebody in the details of a conversation."
        people={blocked}
      >
        {(peer) => <BlockedPerson peer={peer} />}
      </PeopleList>
      <PeopleList title="Declined" nobody="Nobody whose request you declined." people={declined}>
        {(peer) => <DeclinedPerson peer={peer} />}
      </PeopleList>
    </>
  );
}

function PeopleList({
  title,
  nobody,
  people,
  children,
}: {
  readonly title: string;
  readonly nobody: string;
  readonly people: readonly PeerView[];
  readonly children: (peer: PeerView) => ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h2 className="mb-1 text-13 font-medium text-ink-3">{title}</h2>
      {people.length === 0 ? (
        <p className="text-13 text-ink-3">{nobody}</p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-raised [--behind:var(--raised)]">
          {people.map((peer) => (
            <li key={peer.cid.toString()} className="flex flex-wrap items-center gap-3 px-4 py-3">
              <Avatar initials={initials(displayName(peer))} colourKey={peer.account_id} size={32} />
              {children(peer)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Words({ peer, note }: { readonly peer: PeerView; readonly note: string }) {
  return (
    <div className="min-w-0 flex-1 basis-40">
      <PersonName
        name={displayName(peer)}
        username={peer.username}
        className="line-clamp-2 text-15 font-medium [overflow-wrap:anywhere]"
      />
      <p className="text-13 text-pretty text-ink-3">{note}</p>
    </div>
  );
}

function BlockedPerson({ peer }: { readonly peer: PeerView }) {
  const { service, cid } = useSession();
  const now = useNow();
  const [attempt, run] = useAttempt();
  const refused =
    attempt.state === "refused" ? sentenceOf(attempt.reason, { peer: displayName(peer), now }) : null;
  return (
    <>
      <Words peer={peer} note={refused ?? "Nothing of theirs reaches you, and they see you offline."} />
      <Button
        size="small"
        busy={attempt.state === "running"}
        onClick={() => void run(() => service.request("UnblockPeer", { cid, peer: peer.cid }))}
      >
        Unblock
      </Button>
    </>
  );
}

function DeclinedPerson({ peer }: { readonly peer: PeerView }) {
  const { service } = useSession();
  const account = useWorkspace((workspace) => workspace.account);
  const now = useNow();
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const name = displayName(peer);
  const ask = () => {
    setAsked(true);
    setProblem(null);
    // Answered when they do, which may be days later; until then their row says how it stands.
    askToTalk(service, account, peer.cid).catch((error: unknown) => {
      const reason = error instanceof Refused ? error.reason : CONNECTION_LOST;
      setAsked(false);
      if (reason.code !== "declined") setProblem(sentenceOf(reason, { peer: name, now }));
    });
  };
  return (
    <>
      <Words
        peer={peer}
        note={
          problem ??
          `Request declined: ${dayName(peer.declined_at ?? now, now)}, ${clockTime(peer.declined_at ?? now)}`
        }
      />
      <Button size="small" busy={asked} onClick={ask}>
        Ask them to talk
      </Button>
    </>
  );
}
