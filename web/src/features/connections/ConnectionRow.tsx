/** One person: how messages travel to them, since when, how fast, and why not better. */
import { memo } from "react";

import type { Cid, LinkView, PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { PathMark } from "../../components/PathMark";
import { PersonName } from "../../components/PersonName";
import { Sparkline } from "../../components/Sparkline";
import { pathOf } from "../../state/address";
import { navigate } from "../../state/route";
import type { Route } from "../../state/address";
import { displayName, initials } from "../../words/names";
import { pathStory } from "../../words/pathStory";
import { presenceOf, presenceSentence } from "../../words/presence";

interface Props {
  readonly account: Cid;
  readonly peer: PeerView;
  readonly link: LinkView;
  readonly ambiguous: boolean;
  readonly now: number;
  readonly onPoint: (peer: Cid | null) => void;
}

export const ConnectionRow = memo(function ConnectionRow(props: Props) {
  const { account, peer, link, ambiguous, now, onPoint } = props;
  const name = displayName(peer);
  const story = pathStory(peer.path, link, name, now);
  const route: Route = {
    screen: "workspace",
    cid: account,
    place: { kind: "conversation", conversation: peer.conversation },
  };
  return (
    <li
      data-peer={peer.cid.toString()}
      onPointerEnter={() => {
        onPoint(peer.cid);
      }}
      onPointerLeave={() => {
        onPoint(null);
      }}
      className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-3 @2xl:flex-nowrap"
    >
      <Avatar initials={initials(name)} colourKey={peer.account_id} size={32} presence={presenceOf(peer)} />
      <div className="min-w-0 flex-1 basis-40">
        <a
          href={pathOf(route)}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            navigate(route);
          }}
          className="name-link block w-fit max-w-full rounded-control text-15 font-medium hover:underline"
        >
          <span className="line-clamp-2 break-words">
            <PersonName name={name} username={ambiguous ? peer.username : undefined} />
          </span>
        </a>
        <p className="text-12 text-pretty text-ink-3">{whatElse(peer, story.why, now)}</p>
      </div>
      <div className="flex items-center gap-4 @max-2xl:w-full @max-2xl:justify-between @max-2xl:pl-12">
        <div className="w-44">
          <PathMark way={story.way} word={story.word} number={story.number} unsteady={story.unsteady} />
          {story.since !== null && <p className="text-12 text-ink-3">since {story.since}</p>}
        </div>
        <div className="flex w-30 justify-end text-ink-2">
          {story.trips !== null && (
            <Sparkline
              parts={story.trips.parts}
              places={story.trips.places}
              label={`Round trip ${story.trips.sentence}`}
            />
          )}
        </div>
      </div>
    </li>
  );
});

/** Why it is no better; where there is nothing to explain, whether they are there. */
function whatElse(peer: PeerView, why: string | null, now: number): string {
  return why ?? presenceSentence(peer, now);
}
