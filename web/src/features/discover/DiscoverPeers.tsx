/** Everybody on the server, to be found and asked. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { Search, UsersRound } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";

import type { Cid, DirectoryRow, PeerView } from "../../api/generated";
import { Refused } from "../../api/InternalService";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { EmptyState } from "../../components/EmptyState";
import { answerConnection, answerContact, askToConnect, askToTalk } from "../../state/actions";
import { CONNECTION_LOST, useSession, useWorkspace } from "../../state/context";
import { displayName } from "../../words/names";
import { sentenceOf } from "../../words/reasons";
import { AskWithLine } from "./AskWithLine";
import type { Action } from "./DirectoryRowView";
import { DirectoryRowView } from "./DirectoryRowView";
import type { Directory } from "./useDirectory";
import { useDirectory } from "./useDirectory";

interface Props {
  readonly onClose: () => void;
  readonly onOpenConversation: (conversation: string) => void;
  readonly onInvite: () => void;
}

const ROW_REM = 4;

/** What one rem is: rows grow with the letters. */
function letterPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

export function DiscoverPeers({ onClose, onOpenConversation, onInvite }: Props) {
  const session = useSession();
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query.trim());
  const online = useWorkspace((workspace) => workspace.account.link.state === "online");
  const directory = useDirectory(session.cid, wanted, online);
  const server = useWorkspace((workspace) => workspace.account.server_address);
  return (
    <Dialog title="Find people" onClose={onClose} className="h-[min(100dvh,40rem)] max-w-xl">
      <div className="border-b border-line px-5 pb-2">
        <div className="relative">
          <Search size={16} aria-hidden className="absolute top-3 left-3 text-ink-3" />
          <input
            type="search"
            aria-label="Search people"
            placeholder="Name or username"
            autoComplete="off"
            value={query}
            dir="auto"
            onChange={(event) => {
              setQuery(event.currentTarget.value);
            }}
            className="h-10 w-full rounded-control border border-line-strong bg-surface pr-3 pl-9 text-15 placeholder:text-ink-3 focus-visible:outline-offset-0"
          />
        </div>
        <div className="mt-2 flex min-h-7 items-center justify-between gap-3">
          <p role="status" className="text-12 text-ink-3 tabular-nums">
            {statusWords(directory, wanted, server)}
          </p>
          {/* Where nobody is found, it stands there. */}
          {directory.total !== 0 && (
            <Button kind="quiet" size="small" className="-mr-2.5" onClick={onInvite}>
              Invite people
            </Button>
          )}
        </div>
      </div>
      {directory.problem !== null && directory.total === null ? (
        <EmptyState
          icon={<UsersRound size={22} />}
          title="The list could not be fetched"
          action={<Button onClick={directory.reload}>Try again</Button>}
        >
          {sentenceOf(directory.problem, { server })}
        </EmptyState>
      ) : directory.total === 0 ? (
        <EmptyState
          icon={<UsersRound size={22} />}
          title={wanted === "" ? "You are the first one here" : "Nobody is called that"}
          action={<Button onClick={onInvite}>Invite people</Button>}
        >
          {wanted === ""
            ? "Send somebody a link: they appear here once they have an account."
            : "Try a part of the name, or the username. Who is not here yet can come by a link of yours."}
        </EmptyState>
      ) : (
        <Rows
          key={wanted}
          rows={directory.rows}
          total={directory.total ?? 6}
          want={directory.want}
          onOpenConversation={onOpenConversation}
        />
      )}
    </Dialog>
  );
}

function Rows({
  rows,
  total,
  want,
  onOpenConversation,
}: {
  readonly rows: readonly DirectoryRow[];
  readonly total: number;
  readonly want: (place: number) => void;
  readonly onOpenConversation: (conversation: string) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [rowPixels] = useState(() => ROW_REM * letterPixels());
  // eslint-disable-next-line react-hooks/incompatible-library -- rows are not memoised, so nothing goes stale
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 6,
    initialRect: { width: 0, height: 640 },
  });
  const peers = useWorkspace((workspace) => workspace.peers);
  const [lines, setLines] = useState<ReadonlyMap<Cid, string>>(new Map());
  const [writingTo, setWritingTo] = useState<DirectoryRow | null>(null);
  const { act, isBusy, problems } = useActions((row) => {
    const peer = peers.get(row.cid);
    if (peer !== undefined) onOpenConversation(peer.conversation);
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const loaded = rows.length;
  useEffect(() => {
    want(last);
  }, [want, last, loaded]);
  // The button that was pressed is gone, and the focus with it: the keyboard goes on from the list.
  useEffect(() => {
    if (document.activeElement === document.body) scroller.current?.focus();
  }, [peers]);

  return (
    // Scrollable with the keyboard, too.

    <div
      ref={scroller}
      // Scrollable with the keyboard, too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-label="People on this server"
      role="region"
      className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
    >
      <ul aria-label="People" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rows[index];
          const style = { height: rowPixels, transform: `translateY(${start.toString()}px)` };
          if (row === undefined) return <SkeletonRow key={index} style={style} />;
          const current = withLiveStanding(row, peers.get(row.cid));
          return (
            <DirectoryRowView
              key={row.cid.toString()}
              row={current}
              style={style}
              position={index + 1}
              total={total}
              busy={isBusy(current)}
              problem={problems.get(row.cid)}
              onAction={(action) => {
                act(current, action, "");
              }}
              onWriteLine={() => {
                setWritingTo(current);
              }}
            />
          );
        })}
      </ul>
      {writingTo !== null && (
        <AskWithLine
          row={writingTo}
          line={lines.get(writingTo.cid) ?? ""}
          onChange={(line) => {
            setLines((before) => new Map(before).set(writingTo.cid, line));
          }}
          onAsk={() => {
            act(writingTo, "connect", lines.get(writingTo.cid) ?? "");
            setWritingTo(null);
          }}
          onClose={() => {
            setWritingTo(null);
          }}
        />
      )}
    </div>
  );
}

/** What happens to the row's person is told at once; the list itself is as old as its page. */
function withLiveStanding(row: DirectoryRow, peer: PeerView | undefined): DirectoryRow {
  if (peer === undefined) return row;
  const { relation, connection, blocked, names_signed } = peer;
  return {
    ...row,
    relation,
    connection,
    blocked,
    names_signed,
    online: blocked ? null : (peer.online ?? row.online),
  };
}

/** Asked, but nothing has been heard of it yet; kept with what the two were to each other when it was asked. */
type Busy = ReadonlyMap<Cid, string>;

function useActions(onOpen: (row: DirectoryRow) => void) {
  const { service, cid } = useSession();
  const account = useWorkspace((workspace) => workspace.account);
  const [busy, setBusy] = useState<Busy>(new Map());
  const [problems, setProblems] = useState<ReadonlyMap<Cid, string>>(new Map());

  const request = (
    row: DirectoryRow,
    action: Exclude<Action, "open">,
    introduction: string,
  ): Promise<unknown> => {
    const registered = row.relation === "registered";
    switch (action) {
      case "connect":
        return registered
          ? askToConnect(service, cid, row.cid)
          : askToTalk(service, account, row.cid, introduction);
      case "accept":
        return (registered ? answerConnection : answerContact)(service, cid, row.cid, true);
      case "unblock":
        return service.request("UnblockPeer", { cid, peer: row.cid });
    }
  };

  const act = (row: DirectoryRow, action: Action, introduction: string) => {
    if (action === "open") {
      onOpen(row);
      return;
    }
    setProblems((before) => without(before, row.cid));
    setBusy((before) => new Map(before).set(row.cid, standingKey(row)));
    request(row, action, introduction)
      .catch((error: unknown) => {
        const reason = error instanceof Refused ? error.reason : CONNECTION_LOST;
        if (reason.code === "declined") return; // the row says so itself
        const about = { peer: displayName(row), server: account.server_address };
        setProblems((before) => new Map(before).set(row.cid, sentenceOf(reason, about)));
      })
      .finally(() => {
        setBusy((before) => without(before, row.cid));
      });
  };
  return { act, isBusy: (row: DirectoryRow) => busy.get(row.cid) === standingKey(row), problems };
}

function standingKey({ relation, connection, blocked }: DirectoryRow): string {
  return `${relation} ${connection} ${String(blocked)}`;
}

function without<Value>(map: ReadonlyMap<Cid, Value>, cid: Cid): ReadonlyMap<Cid, Value> {
  return new Map([...map].filter(([other]) => other !== cid));
}

function SkeletonRow({ style }: { readonly style: React.CSSProperties }) {
  return (
    <li aria-hidden style={style} className="absolute inset-x-0 top-0 flex items-center gap-3 px-5">
      <span className="skeleton size-10 !rounded-round" />
      <span className="flex flex-1 flex-col gap-2">
        <span className="skeleton h-3.5 w-40" />
        <span className="skeleton h-3 w-24" />
      </span>
    </li>
  );
}

/** An empty line keeps its place while what is below says why there is no list. */
function statusWords({ total, problem }: Directory, query: string, server: string): string {
  if (total === null) return problem === null ? `Asking ${server}…` : "\u00a0";
  const people = total === 1 ? "1 person" : `${total.toLocaleString("en")} people`;
  return query === "" ? `${people} on ${server}` : `${people} found`;
}
