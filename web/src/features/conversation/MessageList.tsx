/** The conversation so far: a window of it is drawn, and pages come and go at both of its ends. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";

import type {
  AccountView,
  ConversationView,
  LinkView,
  MessageOrder,
  MessageView,
  PeerView,
  Reason,
} from "../../api/generated";
import { useSession, useSessionState } from "../../state/context";
import type { PendingTexts } from "../../state/pendingTexts";
import type { Timeline } from "../../state/timeline";
import { compareOrder, WINDOW_MESSAGES } from "../../state/timeline";
import { isOneself } from "../../state/oneself";
import { useTimeZone } from "../../state/timeZone";
import { displayName } from "../../words/names";
import { presenceOf } from "../../words/presence";
import { Acting } from "./acting/Acting";
import { canWrite } from "./ComposerGate";
import { Beginning, Item, LoadingOlder, PageFailed } from "./ListParts";
import type { Author } from "./MessageGroup";
import { keepPlace, keptPlace } from "./keptPlaces";
import { steadyItems, steadyMessages } from "./steady";
import { JumpNotice } from "./JumpNotice";
import { useJump } from "./useJump";
import { useMessageScroll } from "./useMessageScroll";
import { useReading } from "./useReading";

interface Props {
  readonly account: AccountView;
  readonly peer: PeerView;
  readonly conversation: ConversationView | undefined;
  readonly timeline: Timeline;
  readonly pending: PendingTexts;
  /** How often something was sent from here: each time leads to what was sent. */
  readonly sent: number;
}

export function MessageList({ account, peer, conversation, timeline, pending, sent }: Props) {
  const session = useSession();
  const unread = conversation?.unread ?? 0;
  const firstUnread = conversation?.first_unread ?? null;
  const peerName = displayName(peer);
  const { messages, hasBefore, hasAfter } = timeline;
  const drawn = useDrawn(messages);
  const [kept] = useState(() => keptPlace(session, peer.conversation));
  const failed = useSessionState((state) => state.failedPages.get(peer.conversation));
  const { scroller, atEnd, watchedAbove, following, onScroll, follow, showAt, place, farEnd, unpin } =
    useMessageScroll({
      content: useMemo(() => [drawn, pending, hasBefore, hasAfter], [drawn, pending, hasBefore, hasAfter]),
      isLatest: !hasAfter,
      isFull: messages.length >= WINDOW_MESSAGES,
      // What failed waits for a person, or for the service to come back.
      onNearStart: () => {
        if (failed !== "before") session.pages.before(peer.conversation);
      },
      onNearEnd: () => {
        if (failed !== "after") session.pages.after(peer.conversation);
      },
      watched: idAt(firstUnread, timeline),
      begins: kept?.anchor ?? null,
    });
  const isFull = messages.length >= WINDOW_MESSAGES;
  useEffect(() => {
    if (isFull && !hasAfter) session.pages.makeRoom(peer.conversation, farEnd());
  }, [isFull, hasAfter, session, peer.conversation, farEnd]);
  useReading({ scroller, conversation: peer.conversation, messages, unread });
  const newFrom = useNewLine(firstUnread, kept?.newFrom ?? null, atEnd);
  const zone = useTimeZone();
  const itemsOf = useMemo(() => steadyItems(), []);
  const items = useMemo(
    () => itemsOf(drawn, newFrom, pending, { hasBefore, hasAfter, zone }),
    [itemsOf, drawn, hasBefore, hasAfter, newFrom, pending, zone],
  );
  const waitsFor = useWaitsFor(account.link, peer);
  const me = useAuthor(account);
  const them = useAuthor(peer);

  // Opened with something that came meanwhile: begin reading there. Else where one was.
  const lastId = conversation?.last?.id;
  const began = useRef(false);
  useEffect(() => {
    if (began.current) return;
    began.current = true;
    if (firstUnread === null || (kept !== undefined && kept.last === lastId)) return;
    unpin();
    showAt("[data-new-line]");
  }, [firstUnread, kept, lastId, showAt, unpin]);

  const latest = useRef({ newFrom, last: lastId });
  useEffect(() => {
    latest.current = { newFrom, last: lastId };
  }, [newFrom, lastId]);
  useEffect(
    () => () => {
      keepPlace(session, peer.conversation, { anchor: place(), ...latest.current });
    },
    [session, peer.conversation, place],
  );

  useEffect(() => {
    if (sent > 0) follow();
  }, [sent, follow]);

  const jump = useJump(peer.conversation, scroller, { showAt, unpin });

  // The end may be far below what is loaded, and the service may be away when it is asked for.
  const loadAgain = () => {
    session.pages.again(peer.conversation);
  };
  const live = useSessionState((state) => state.live);
  useEffect(() => {
    if (following && hasAfter && live) void session.pages.latest(peer.conversation);
  }, [following, hasAfter, live, timeline, session, peer.conversation]);

  const jumpToNew = async (order: MessageOrder) => {
    unpin();
    const first = timeline.messages.find((message) => compareOrder(message.order, order) >= 0);
    const loaded = first !== undefined && compareOrder(first.order, order) === 0;
    if (!loaded) await session.pages.around(peer.conversation, order);
    requestAnimationFrame(() => {
      const target = session.store
        .get()
        .workspace?.timelines.get(peer.conversation)
        ?.messages.find((message) => compareOrder(message.order, order) >= 0);
      if (target) showAt(`[data-message="${CSS.escape(target.id)}"]`);
    });
  };

  const newAbove = unread > 0 && firstUnread !== null && (watchedAbove || isBefore(firstUnread, timeline));
  return (
    <div className="relative min-h-0 flex-1">
      {/* Scrollable with the keyboard, too. */}
      <div
        ref={scroller}
        onScroll={onScroll}
        role="region"
        aria-label={`Conversation with ${peerName}`}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="h-full overflow-y-auto overscroll-contain focus-visible:-outline-offset-2"
        style={{ overflowAnchor: "none" }}
      >
        <div className="flex min-h-full flex-col justify-end pb-3">
          <ol key={zone} aria-label="Messages" className="w-full max-w-column">
            {timeline.hasBefore && failed === "before" ? (
              <PageFailed which="Older" onRetry={loadAgain} />
            ) : timeline.hasBefore ? (
              <LoadingOlder />
            ) : (
              <Beginning
                name={peerName}
                empty={timeline.messages.length === 0}
                writable={canWrite(peer, account.link)}
                notes={isOneself(peer)}
              />
            )}
            {items.map((item) => (
              <Item key={item.key} item={item} me={me} them={them} peerName={peerName} waitsFor={waitsFor} />
            ))}
            {failed !== undefined && failed !== "before" && <PageFailed which="Newer" onRetry={loadAgain} />}
          </ol>
        </div>
      </div>
      <Acting scroller={scroller} peer={peer} writable={canWrite(peer, account.link)} />
      {jump !== null && <JumpNotice jump={jump} />}
      {newAbove && (
        <Chip
          className="top-3"
          icon={<ArrowUp size={14} aria-hidden />}
          onClick={() => void jumpToNew(firstUnread)}
        >
          {unread === 1 ? "1 new message" : `${unread.toString()} new messages`}
        </Chip>
      )}
      {!atEnd && (
        <Chip className="bottom-3" icon={<ArrowDown size={14} aria-hidden />} onClick={follow}>
          {unread > 0 && !newAbove ? `${unread.toString()} new below` : "Jump to latest"}
        </Chip>
      )}
    </div>
  );
}

/** The messages as they were drawn last, where they would be drawn the same. */
function useDrawn(messages: readonly MessageView[]): readonly MessageView[] {
  const drawnOf = useMemo(() => steadyMessages(), []);
  return useMemo(() => drawnOf(messages), [drawnOf, messages]);
}

/** Drawn where reading began, and left there until there is nothing new and something comes while nobody looks. */
function useNewLine(
  firstUnread: MessageOrder | null,
  kept: MessageOrder | null,
  atEnd: boolean,
): MessageOrder | null {
  const [line, setLine] = useState(firstUnread ?? kept);
  const [hadUnread, setHadUnread] = useState(firstUnread !== null);
  const has = firstUnread !== null;
  if (has !== hadUnread) {
    setHadUnread(has);
    if (has && !(atEnd && document.visibilityState === "visible")) setLine(firstUnread);
  }
  return line;
}

function useWaitsFor(link: LinkView, peer: PeerView): Reason | null {
  const away = link.state === "away";
  const code = away ? "server_away" : presenceOf(peer) === "offline" ? "peer_offline" : null;
  const since = away ? link.since : peer.online_since;
  return useMemo(
    () => code && { code, params: since === null ? {} : { since: since.toString() }, acts: "retry" },
    [code, since],
  );
}

function useAuthor(person: Pick<PeerView, "full_name" | "username" | "account_id">): Author {
  const name = displayName(person);
  const accountId = person.account_id;
  return useMemo(() => ({ name, accountId }), [name, accountId]);
}

function isBefore(order: MessageOrder, { messages }: Timeline): boolean {
  const first = messages[0];
  return first !== undefined && compareOrder(order, first.order) < 0;
}

function idAt(order: MessageOrder | null, { messages }: Timeline): string | null {
  return (order && messages.find((message) => compareOrder(message.order, order) === 0)?.id) ?? null;
}

function Chip({
  icon,
  className,
  onClick,
  children,
}: {
  readonly icon: React.ReactNode;
  readonly className: string;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      onClick={onClick}
      className={`motion-appear absolute left-1/2 flex h-8 -translate-x-1/2 items-center gap-1.5 rounded-round border border-line bg-raised px-3.5 text-13 font-medium shadow-float hover:bg-hover ${className}`}
    >
      {icon}
      {children}
    </button>
  );
}
