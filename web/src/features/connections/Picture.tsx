/** You, the server, and everybody you are connected with: who is reached how, at one glance. */
import { Server } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";

import type { AccountView, Cid, PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { classes } from "../../components/classes";
import { CutText } from "../../components/PersonName";
import { displayName, initials, isAmbiguous } from "../../words/names";
import type { Standing, Way } from "../../words/paths";
import { roundTripWords, standingOf } from "../../words/paths";
import { presenceOf } from "../../words/presence";
import { sinceTime } from "../../words/times";
import type { PersonPlace, Point, Side } from "./pictureLayout";
import { curve, pictureLayout } from "./pictureLayout";

interface Props {
  readonly account: AccountView;
  readonly people: readonly PeerView[];
  /** Names that more than one of them has. */
  readonly ambiguous: ReadonlySet<string>;
  /** What is seen, in words. */
  readonly label: string;
  /** The one that is pointed at in the list. */
  readonly pointed: Cid | null;
  readonly now: number;
}

const LINES: Readonly<Record<Way, string>> = {
  direct: "stroke-green [stroke-width:2]",
  relayed: "stroke-ink-2 [stroke-width:1.75]",
  mailbox: "stroke-line-strong [stroke-width:1.25] [stroke-dasharray:3_4]",
  waiting: "stroke-line-strong [stroke-width:1.25] [stroke-dasharray:1_6]",
  held: "stroke-line-strong [stroke-width:1.25] [stroke-dasharray:1_6]",
  stopped: "stroke-line-strong [stroke-width:1.25] [stroke-dasharray:1_6]",
  unknown: "stroke-line-strong [stroke-width:1.25] [stroke-dasharray:1_6]",
};

/** Somebody else is pointed at. */
const FADED = "opacity-35";

export function Picture({ account, people, ambiguous, label, pointed, now }: Props) {
  const { link } = account;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const byCid = useMemo(() => new Map(people.map((peer) => [peer.cid, peer])), [people]);
  const standings = people.map((peer) => ({ cid: peer.cid, ...standingOf(peer.path, link) }));
  const layout = pictureLayout(standings, width);
  const standing = new Map(standings.map((one) => [one.cid, one]));
  const unknown = people.length > 0 && standings.every(({ way }) => way === "unknown");
  const isUnsteady = (cid: Cid) => standing.get(cid)?.unsteady === true;

  const side = (one: Side, align: "left" | "right") => (
    <>
      {one.people.map((place) => {
        const peer = byCid.get(place.cid);
        const about = standing.get(place.cid);
        return (
          peer !== undefined &&
          about !== undefined && (
            <Person
              key={place.cid.toString()}
              peer={peer}
              username={isAmbiguous(peer, ambiguous) ? peer.username : null}
              standing={about}
              place={place}
              faded={pointed !== null && pointed !== place.cid}
              nameSide={one.named ? align : null}
              nameWidth={layout.nameWidth}
            />
          )
        );
      })}
      {one.more !== null && (
        <At place={one.more.place}>
          <span className="text-12 font-medium text-ink-3">+{one.more.count}</span>
        </At>
      )}
    </>
  );

  return (
    <div
      ref={frame}
      role="img"
      aria-label={label}
      className="relative overflow-hidden rounded-card border border-line bg-raised [--behind:var(--raised)]"
      style={{ height: layout.height }}
    >
      <svg aria-hidden width={width} height={layout.height} fill="none" className="absolute inset-0">
        <ServerLine you={layout.you} server={layout.server} state={unknown ? "unknown" : link.state} />
        {[...layout.others.people, ...layout.direct.people].map((place) => (
          <Line
            key={`${place.cid.toString()} ${place.way}`}
            place={place}
            to={place.way === "direct" ? layout.you : layout.server}
            unsteady={isUnsteady(place.cid)}
            faded={pointed !== null && pointed !== place.cid}
          />
        ))}
      </svg>
      <div aria-hidden>
        {side(layout.direct, "left")}
        {side(layout.others, "right")}
        <At place={layout.you} under="You">
          <span className="rounded-round bg-raised p-1 ring-2 ring-accent">
            <Avatar initials={initials(displayName(account))} colourKey={account.account_id} size={40} />
          </span>
        </At>
        <At
          place={layout.server}
          under={
            unknown || link.state === "online" ? (
              "Server"
            ) : (
              <>
                Server
                <span className="block text-amber-ink">
                  {link.state === "away"
                    ? layout.roomy
                      ? `away since ${sinceTime(link.since, now)}`
                      : "away"
                    : serverWord(link.state)}
                </span>
              </>
            )
          }
        >
          <span
            className={classes(
              "flex size-11 items-center justify-center rounded-card border bg-raised",
              link.state === "online" && !unknown
                ? "border-line-strong text-ink"
                : "border-dashed border-line-strong text-ink-3",
            )}
          >
            <Server size={20} />
          </span>
        </At>
      </div>
    </div>
  );
}

function serverWord(state: AccountView["link"]["state"]): string {
  return state === "fenced" ? "not for this copy" : "being called";
}

function ServerLine({
  you,
  server,
  state,
}: {
  readonly you: Point;
  readonly server: Point;
  readonly state: AccountView["link"]["state"] | "unknown";
}) {
  const kept = state === "online";
  return (
    <path
      d={curve(you, server)}
      className={classes(
        "transition-opacity duration-150",
        kept
          ? "stroke-ink-2 [stroke-width:1.75]"
          : state === "unknown"
            ? LINES.unknown
            : "stroke-amber [stroke-width:1.75] [stroke-dasharray:2_7]",
      )}
    />
  );
}

function Line({
  place,
  to,
  unsteady,
  faded,
}: {
  readonly place: PersonPlace;
  readonly to: Point;
  readonly unsteady: boolean;
  readonly faded: boolean;
}) {
  return (
    <path
      d={curve(place, to)}
      data-way={place.way}
      className={classes(
        "motion-appear transition-opacity duration-150",
        unsteady ? "stroke-amber [stroke-dasharray:6_4] [stroke-width:2]" : LINES[place.way],
        faded && "opacity-20",
      )}
    />
  );
}

function Person({
  peer,
  username,
  standing,
  place,
  faded,
  nameSide,
  nameWidth,
}: {
  readonly peer: PeerView;
  readonly username: string | null;
  readonly standing: Standing;
  readonly place: Point;
  readonly faded: boolean;
  readonly nameSide: "left" | "right" | null;
  readonly nameWidth: number;
}) {
  const name = displayName(peer);
  const presence = presenceOf(peer);
  const also =
    standing.roundTrip === null
      ? presence === "unknown"
        ? null
        : presence
      : roundTripWords(standing.roundTrip);
  const size = nameSide === null ? 24 : 32;
  return (
    <At place={place}>
      {/* Lines end at it, also while it is faded. */}
      <span className="rounded-round bg-raised" title={name}>
        <span className={classes("flex transition-opacity duration-150", faded && FADED)}>
          <Avatar initials={initials(name)} colourKey={peer.account_id} size={size} presence={presence} />
        </span>
      </span>
      {nameSide !== null && (
        <span
          className={classes(
            "absolute top-1/2 -translate-y-1/2 text-12 leading-4 transition-opacity duration-150",
            faded && FADED,
            nameSide === "left" ? "right-full mr-2.5 text-right" : "left-full ml-2.5",
          )}
          style={{ width: nameWidth }}
        >
          <CutText className={classes("font-medium", nameSide === "left" && "text-right")}>{name}</CutText>
          {(username !== null || also !== null) && (
            <span className="block truncate text-ink-3 tabular-nums">
              {username !== null && <bdi>@{username} </bdi>}
              {also}
            </span>
          )}
        </span>
      )}
    </At>
  );
}

/** Centred on its place; it glides there when the place changes. */
function At({
  place,
  under,
  children,
}: {
  readonly place: Point;
  readonly under?: ReactNode;
  readonly children: ReactNode;
}) {
  const style: CSSProperties = {
    transform: `translate(${place.x.toFixed(1)}px, ${place.y.toFixed(1)}px) translate(-50%, -50%)`,
  };
  return (
    <span className="absolute top-0 left-0 flex transition-transform duration-150 ease-out" style={style}>
      {children}
      {under !== undefined && (
        <span className="absolute top-full left-1/2 mt-1.5 -translate-x-1/2 rounded-control bg-raised px-1 text-center text-12 leading-4 font-medium whitespace-nowrap">
          {under}
        </span>
      )}
    </span>
  );
}

const WIDTH_UNTIL_KNOWN = 640;

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(WIDTH_UNTIL_KNOWN);
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return;
    const measure = () => {
      if (target.clientWidth > 0) setWidth(target.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return width;
}
