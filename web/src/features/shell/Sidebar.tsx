/** Everybody this account has to do with: who asks, whom one talks to, who is there. */
import { ChevronDown, Search, UserRoundPlus } from "lucide-react";
import type { ReactNode } from "react";
import { useEffect, useRef, useState } from "react";

import type { Cid, LocalAccount } from "../../api/generated";
import { Button } from "../../components/Button";
import { answerConnection, answerContact } from "../../state/actions";
import { useNow, useSession, useWorkspace } from "../../state/context";
import { isAmbiguous } from "../../state/names";
import { useAmbiguousNames } from "../../state/useAmbiguousNames";
import { presenceOf } from "../../state/presence";
import { navigate, pathOf } from "../../state/route";
import type { Route } from "../../state/route";
import { asksToRegister, directMessagesOf, newestDrafts, membersOf, requestsOf } from "../../state/selectors";
import { AccountHead } from "./AccountHead";
import { ConversationRow, PersonRow } from "./PeerRows";
import { RequestCard } from "./RequestCard";

/** More than these wait behind one button: whoever is asked by hundreds still sees their conversations. */
const REQUESTS_SHOWN_AT_ONCE = 3;
const REQUESTS_SHOWN_MORE = 20;

interface Props {
  readonly accounts: readonly LocalAccount[];
  readonly selected: Cid | null;
  readonly shortcut: string;
  readonly onSwitchAccount: (cid: Cid) => void;
  readonly onAddAccount: () => void;
  readonly onConnections: () => void;
  readonly onSettings: () => void;
  readonly onSignOut: () => void;
  readonly onSearch: () => void;
  readonly onDiscover: () => void;
}

export function Sidebar(props: Props) {
  const account = useWorkspace((workspace) => workspace.account);
  const nav = useRef<HTMLElement>(null);
  const waiting = useWorkspace((workspace) => requestsOf(workspace).length);
  const before = useRef(waiting);
  // The card that was answered is gone, and the focus with it: the keyboard goes on from here.
  useEffect(() => {
    if (waiting < before.current && document.activeElement === document.body) nav.current?.focus();
    before.current = waiting;
  }, [waiting]);
  return (
    <nav
      ref={nav}
      tabIndex={-1}
      aria-label="People and conversations"
      className="flex h-full min-h-0 w-full flex-col bg-sidebar -outline-offset-2 [--behind:var(--sidebar)]"
    >
      <div className="flex flex-col gap-2 p-2">
        <AccountHead
          account={account}
          accounts={props.accounts}
          onSwitch={props.onSwitchAccount}
          onAdd={props.onAddAccount}
          onConnections={props.onConnections}
          onSettings={props.onSettings}
          onSignOut={props.onSignOut}
        />
        <button
          type="button"
          onClick={props.onSearch}
          aria-keyshortcuts="Control+K Meta+K"
          className="flex h-9 items-center gap-2 rounded-control border border-line bg-surface px-2.5 text-13 text-ink-3 hover:bg-hover"
        >
          <Search size={15} aria-hidden />
          <span className="flex-1 text-left">Go to…</span>
          <kbd aria-hidden className="font-sans text-12 max-tablet:hidden">
            {props.shortcut}
          </kbd>
        </button>
      </div>
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-2 pt-1 pb-4">
        <Requests />
        <DirectMessages selected={props.selected} />
        <People selected={props.selected} />
      </div>
      <div className="border-t border-line p-2">
        <Button
          title="Discover Peers"
          className="w-full"
          icon={<UserRoundPlus size={16} aria-hidden />}
          onClick={props.onDiscover}
        >
          Discover Peers
        </Button>
      </div>
    </nav>
  );
}

function Requests() {
  const session = useSession();
  const requests = useWorkspace(requestsOf);
  const few = requests.length <= REQUESTS_SHOWN_AT_ONCE;
  // Cards that are there stay where they are, however many more come.
  const [shown, setShown] = useState(few ? REQUESTS_SHOWN_AT_ONCE : 0);
  if (requests.length === 0) return null;
  const visible = few ? requests : requests.slice(0, shown);
  const hidden = requests.length - visible.length;
  return (
    <Section title="Requests" count={requests.length}>
      <ul className="flex flex-col gap-2">
        {visible.map((peer) => (
          <RequestCard
            key={peer.cid.toString()}
            peer={peer}
            onAnswer={(accept) =>
              (asksToRegister(peer) ? answerContact : answerConnection)(
                session.service,
                session.cid,
                peer.cid,
                accept,
              )
            }
            onBlock={() => session.service.request("BlockPeer", { cid: session.cid, peer_cid: peer.cid })}
          />
        ))}
      </ul>
      {hidden > 0 && (
        <Button
          size="small"
          className="mt-1"
          onClick={() => {
            setShown(visible.length + REQUESTS_SHOWN_MORE);
          }}
        >
          {visible.length === 0 ? `${hidden.toString()} requests` : `${hidden.toString()} more`}
        </Button>
      )}
    </Section>
  );
}

function DirectMessages({ selected }: Pick<Props, "selected">) {
  const session = useSession();
  const peers = useWorkspace(directMessagesOf);
  const conversations = useWorkspace((workspace) => workspace.conversations);
  const typing = useWorkspace((workspace) => workspace.typing);
  const drafts = useWorkspace(newestDrafts);
  const ambiguous = useAmbiguousNames();
  const now = useNow();
  // The same number as in the title and on the other tabs' rail.
  const unread = useWorkspace((workspace) => workspace.account.unread);
  return (
    <Section title="Direct messages" count={unread} countOf="unread">
      {peers.length === 0 && (
        <p className="px-2 py-1 text-13 text-ink-3">Conversations appear here once someone agreed to talk.</p>
      )}
      <ul className="flex flex-col gap-px">
        {peers.map((peer) => (
          <li key={peer.cid.toString()}>
            <ConversationRow
              peer={peer}
              conversation={conversations.get(peer.cid)}
              typing={typing.has(peer.cid)}
              draft={drafts.get(peer.conversation) ?? ""}
              ambiguous={isAmbiguous(peer, ambiguous)}
              selected={peer.cid === selected}
              now={now}
              {...linkTo(session.cid, peer.cid)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function People({ selected }: Pick<Props, "selected">) {
  const session = useSession();
  const members = useWorkspace(membersOf);
  const direct = useWorkspace(directMessagesOf);
  const ambiguous = useAmbiguousNames();
  const now = useNow();
  // Said only of those whose presence is known: nobody tells it while the server is away, or before they agreed.
  const known = members.filter((peer) => presenceOf(peer) !== "unknown");
  const online = known.filter((peer) => presenceOf(peer) === "online").length;
  return (
    <Section title="People" note={known.length === 0 ? undefined : `${online.toString()} online`}>
      {members.length === 0 && <p className="px-2 py-1 text-13 text-ink-3">Nobody yet. Find people below.</p>}
      <ul className="flex flex-col gap-px">
        {members.map((peer) => (
          <li key={peer.cid.toString()}>
            <PersonRow
              peer={peer}
              ambiguous={isAmbiguous(peer, ambiguous)}
              // Marked once, where the conversation is listed.
              selected={peer.cid === selected && !direct.includes(peer)}
              now={now}
              {...linkTo(session.cid, peer.cid)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Section({
  title,
  count,
  countOf,
  note,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  readonly countOf?: string;
  readonly note?: string | undefined;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(true);
  return (
    <section aria-label={title} className="flex flex-col gap-1">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
          className="group flex h-7 w-full items-center gap-1.5 rounded-control px-2 text-12 font-medium text-ink-3 hover:text-ink"
        >
          <span>{title}</span>
          {count !== undefined && count > 0 && (
            <span className="text-ink-2 tabular-nums">
              {count}
              {countOf !== undefined && <span className="sr-only"> {countOf}</span>}
            </span>
          )}
          <ChevronDown
            size={13}
            aria-hidden
            className="opacity-0 transition-transform duration-150 group-hover:opacity-100 group-focus-visible:opacity-100 group-aria-[expanded=false]:-rotate-90 group-aria-[expanded=false]:opacity-100"
          />
          {note !== undefined && <span className="ml-auto font-normal">{note}</span>}
        </button>
      </h2>
      {open && children}
    </section>
  );
}

function linkTo(cid: Cid, peer: Cid): { readonly href: string; readonly onOpen: () => void } {
  const route: Route = { screen: "workspace", cid, place: { kind: "conversation", peer } };
  return {
    href: pathOf(route),
    onOpen: () => {
      navigate(route);
    },
  };
}
