/** Everybody this account has to do with: who asks, whom one talks to, who is there. */
import { Link, Search, UserRoundPlus } from "lucide-react";
import { memo, useEffect, useRef } from "react";

import type { Cid, LocalAccount, PeerView } from "../../api/generated";
import { Button } from "../../components/Button";
import { useNow, useSession, useWorkspace } from "../../state/context";
import { pathOf } from "../../state/address";
import { navigate } from "../../state/route";
import type { Route } from "../../state/address";
import { useHeldBack } from "../../state/useHeldBack";
import {
  archivedOf,
  directMessagesOf,
  listedOf,
  newestDrafts,
  membersOf,
  requestsOf,
} from "../../words/lists";
import { isAmbiguous } from "../../words/names";
import { presenceOf } from "../../words/presence";
import { useAmbiguousNames } from "../../words/useAmbiguousNames";
import { AccountHead } from "./AccountHead";
import { ConversationRow, PersonRow } from "./PeerRows";
import { Requests } from "./Requests";
import { Section } from "./Section";

interface Props {
  readonly accounts: readonly LocalAccount[];
  readonly selected: string | null;
  readonly shortcut: string;
  readonly onSwitchAccount: (cid: Cid) => void;
  readonly onAddAccount: () => void;
  readonly onConnections: () => void;
  readonly onSettings: () => void;
  readonly onSignOut: () => void;
  readonly onSearch: () => void;
  readonly onConversation: (conversation: string) => void;
  readonly onDiscover: () => void;
  readonly onInvite: () => void;
}

export const Sidebar = memo(function Sidebar(props: Props) {
  const account = useWorkspace((workspace) => workspace.account);
  const nav = useRef<HTMLElement>(null);
  const waiting = useWorkspace((workspace) => requestsOf(workspace).length);
  const alone = useWorkspace((workspace) => membersOf(workspace).length === 0);
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
          onNotes={() => {
            props.onConversation(account.notes);
          }}
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
        <Requests onOpen={props.onConversation} />
        <DirectMessages selected={props.selected} />
        <People />
        <Archived selected={props.selected} />
      </div>
      <div className="flex flex-col gap-1.5 border-t border-line p-2">
        <Button
          title="Find people"
          className="w-full"
          icon={<UserRoundPlus size={16} aria-hidden />}
          onClick={props.onDiscover}
        >
          Find people
        </Button>
        <Button
          // The first thing to do, where nobody is there yet.
          kind={alone ? "soft" : "quiet"}
          className="w-full"
          icon={<Link size={16} aria-hidden />}
          onClick={props.onInvite}
        >
          Invite people
        </Button>
      </div>
    </nav>
  );
});

function DirectMessages({ selected }: Pick<Props, "selected">) {
  const all = useWorkspace(directMessagesOf);
  const peers = useWorkspace(listedOf);
  // The same number as in the title and on the other tabs' rail.
  const unread = useHeldBack(useWorkspace((workspace) => workspace.account.unread));
  return (
    <Section title="Direct messages" count={unread} countOf="unread">
      {all.length === 0 && (
        <p className="px-2 py-1 text-13 text-ink-3">Conversations appear here once someone agreed to talk.</p>
      )}
      <Conversations peers={peers} selected={selected} />
    </Section>
  );
}

/** What is put away; folded, and not there at all while nothing is. */
function Archived({ selected }: Pick<Props, "selected">) {
  const peers = useWorkspace(archivedOf);
  if (peers.length === 0) return null;
  return (
    <Section title="Archive" note={peers.length.toString()} folded>
      <Conversations peers={peers} selected={selected} />
    </Section>
  );
}

function Conversations({
  peers,
  selected,
}: { readonly peers: readonly PeerView[] } & Pick<Props, "selected">) {
  const session = useSession();
  const conversations = useWorkspace((workspace) => workspace.conversations);
  const typing = useWorkspace((workspace) => workspace.typing);
  const drafts = useWorkspace(newestDrafts);
  const ambiguous = useAmbiguousNames();
  const now = useNow();
  return (
    <ul className="flex flex-col gap-px">
      {peers.map((peer) => (
        <li key={peer.cid.toString()}>
          <ConversationRow
            peer={peer}
            conversation={conversations.get(peer.conversation)}
            typing={typing.has(peer.conversation)}
            draft={drafts.get(peer.conversation) ?? ""}
            ambiguous={isAmbiguous(peer, ambiguous)}
            selected={peer.conversation === selected}
            now={now}
            {...linkTo(session.cid, peer.conversation)}
          />
        </li>
      ))}
    </ul>
  );
}

/** Those there is no conversation with yet; the others stand above, once. */
function People() {
  const session = useSession();
  const members = useWorkspace(membersOf);
  const direct = useWorkspace(directMessagesOf);
  const others = members.filter((peer) => !direct.includes(peer));
  const ambiguous = useAmbiguousNames();
  const now = useNow();
  // Said only of those whose presence is known: nobody tells it while the server is away, or before they agreed.
  const known = members.filter((peer) => presenceOf(peer) !== "unknown");
  const online = known.filter((peer) => presenceOf(peer) === "online").length;
  return (
    <Section title="People" note={known.length === 0 ? undefined : `${online.toString()} online`}>
      {members.length === 0 && (
        <p className="px-2 py-1 text-13 text-ink-3">Nobody yet. Find or invite people below.</p>
      )}
      <ul className="flex flex-col gap-px">
        {others.map((peer) => (
          <li key={peer.cid.toString()}>
            <PersonRow
              peer={peer}
              ambiguous={isAmbiguous(peer, ambiguous)}
              now={now}
              {...linkTo(session.cid, peer.conversation)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function linkTo(cid: Cid, conversation: string): { readonly href: string; readonly onOpen: () => void } {
  const route: Route = { screen: "workspace", cid, place: { kind: "conversation", conversation } };
  return {
    href: pathOf(route),
    onOpen: () => {
      navigate(route);
    },
  };
}
