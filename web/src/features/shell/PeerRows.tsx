/** The rows of the sidebar: conversations in two lines, people in one. */
import { BadgeCheck, BellOff, Pin } from "lucide-react";
import { useState } from "react";

import type { ConversationView, PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { CountBadge } from "../../components/Badge";
import { classes } from "../../components/classes";
import { Later } from "../../components/Later";
import type { MenuPlace } from "../../components/placeOf";
import { placeOf } from "../../components/placeOf";
import { PathGlyph } from "../../components/PathGlyph";
import { PersonName } from "../../components/PersonName";
import { Tooltip } from "../../components/Tooltip";
import { isOneself } from "../../state/oneself";
import { useHeldBack } from "../../state/useHeldBack";
import { AWAITED } from "../../words/invitations";
import { displayName, initials } from "../../words/names";
import { mutedWords } from "../../words/notifications";
import { hasOwnConnection, wayWord } from "../../words/paths";
import { presenceOf, presenceSentence } from "../../words/presence";
import { previewOf } from "../../words/previews";
import { presentStatus } from "../../words/statuses";
import { shortTime } from "../../words/times";

const arrangingMenu = async () => (await import("./arranging/ArrangingMenu")).default;

interface RowProps {
  readonly peer: PeerView;
  readonly ambiguous: boolean;
  readonly selected: boolean;
  readonly now: number;
  readonly href: string;
  readonly onOpen: () => void;
}

interface ConversationRowProps extends RowProps {
  readonly conversation: ConversationView | undefined;
  readonly typing: boolean;
  readonly draft: string;
}

export function ConversationRow(props: ConversationRowProps) {
  const { peer, conversation, ambiguous, now, typing, draft, selected } = props;
  const name = displayName(peer);
  const [menu, setMenu] = useState<MenuPlace | null>(null);
  const unread = useHeldBack(conversation?.unread ?? 0);
  const muted = conversation?.muted ?? null;
  const preview = typing
    ? "typing…"
    : draft !== "" && !selected
      ? `Draft: ${draft}`
      : previewOf(conversation?.last);
  return (
    <>
      <RowLink {...props} onMenu={conversation && setMenu}>
        <Avatar
          initials={initials(name)}
          colourKey={peer.account_id}
          size={32}
          presence={isOneself(peer) ? undefined : presenceOf(peer)}
          verified={peer.verified}
        />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <PersonName
              name={name}
              username={ambiguous ? peer.username : undefined}
              cut
              className={classes(
                "flex-1 text-13",
                unread > 0 && muted === null ? "font-bold" : "font-medium",
              )}
            />
            <span className="sr-only">, {peer.awaited ? AWAITED : presenceSentence(peer, now)}, </span>
            {muted !== null && (
              <Tooltip text={mutedWords(muted, now)}>
                <span className="flex shrink-0 self-center text-ink-3">
                  <BellOff size={13} aria-hidden />
                  <span className="sr-only">{mutedWords(muted, now)}, </span>
                </span>
              </Tooltip>
            )}
            {conversation?.last && (
              <span className="shrink-0 text-12 text-ink-3 tabular-nums">
                {shortTime(conversation.last.shown_at, now)}
              </span>
            )}
          </span>
          <span className="flex items-center gap-2">
            <span
              className={classes(
                "min-w-0 flex-1 truncate text-12",
                peer.identity_changed
                  ? "text-red-ink"
                  : typing
                    ? "text-accent-ink"
                    : unread > 0
                      ? "text-ink"
                      : "text-ink-3",
              )}
            >
              <bdi>{peer.identity_changed ? "Identity changed: look at this first" : preview}</bdi>
            </span>
            {conversation?.pinned === true && (
              <Pin size={12} role="img" aria-label="Pinned" className="shrink-0 text-ink-3" />
            )}
            <OwnConnection peer={peer} />
            <CountBadge
              count={unread}
              label={muted === null ? "unread" : "unread, muted"}
              quiet={muted !== null}
            />
          </span>
        </span>
      </RowLink>
      {/* Beside the link: a press in it is none on the link. */}
      {menu !== null && conversation && (
        <Later
          load={arrangingMenu}
          of={{
            conversation,
            name,
            at: menu,
            onClose: () => {
              setMenu(null);
            },
          }}
        />
      )}
    </>
  );
}

export function PersonRow(props: Omit<RowProps, "selected">) {
  const { peer, ambiguous, now } = props;
  const name = displayName(peer);
  const waiting = peer.relation === "requested";
  return (
    <RowLink {...props} selected={false} slim>
      <Avatar
        initials={initials(name)}
        colourKey={peer.account_id}
        size={24}
        presence={waiting ? undefined : presenceOf(peer)}
      />
      <PersonName
        name={name}
        username={ambiguous ? peer.username : undefined}
        cut
        className={classes("flex-1 text-13", presenceOf(peer) === "online" ? "text-ink" : "text-ink-2")}
      />
      <span className="sr-only">
        , {waiting ? "Registration Sent" : presenceSentence(peer, now)}
        {pathNote(peer)}{" "}
      </span>
      <OwnConnection peer={peer} />
      {peer.verified && <BadgeCheck size={14} aria-hidden className="shrink-0 text-accent-ink" />}
      {waiting && <span className="shrink-0 text-12 text-ink-3">asked</span>}
    </RowLink>
  );
}

/** Said of those who are reached without the mailbox alone: of all others there is nothing to notice. */
function OwnConnection({ peer }: { readonly peer: PeerView }) {
  const { path } = peer;
  if (!hasOwnConnection(path) || peer.blocked) return null;
  return <PathGlyph way={path.kind} className="scale-90" />;
}

function pathNote({ path, blocked }: PeerView): string {
  return !hasOwnConnection(path) || blocked ? "" : `, ${wayWord(path.kind)}`;
}

function RowLink({
  peer,
  now,
  href,
  selected,
  onOpen,
  slim = false,
  onMenu,
  children,
}: RowProps & {
  readonly slim?: boolean;
  readonly onMenu?: ((at: MenuPlace) => void) | undefined;
  readonly children: React.ReactNode;
}) {
  return (
    <a
      href={href}
      title={presentStatus(peer, now)?.text}
      aria-current={selected ? "page" : undefined}
      onContextMenu={
        onMenu &&
        ((event) => {
          event.preventDefault();
          onMenu(placeOf(event));
        })
      }
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        onOpen();
      }}
      className={classes(
        "row-link flex items-center gap-2.5 rounded-control px-2 focus-visible:-outline-offset-2",
        slim ? "h-8 compact:h-7" : "h-13 tablet:h-12 compact:h-10",
        selected ? "bg-selected [--behind:var(--selected)]" : "[--behind:var(--sidebar)] hover:bg-hover",
      )}
    >
      {children}
    </a>
  );
}
