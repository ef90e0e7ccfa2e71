/** From anywhere to anywhere with a few letters. */
import { CornerDownLeft, MessageSquareText, Search } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { useId, useState } from "react";

import type { FoundMessageView, LocalAccount, Cid } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { CountBadge } from "../../components/Badge";
import { classes } from "../../components/classes";
import { Dialog } from "../../components/Dialog";
import { FoundText } from "../../components/FoundText";
import { CutText } from "../../components/PersonName";
import { useNow, useWorkspace } from "../../state/context";
import { isOneself, NOTES } from "../../state/oneself";
import { useMessageSearch } from "../../state/useMessageSearch";
import { directMessagesOf, membersOf } from "../../words/lists";
import { displayName, initials, matchesQuery } from "../../words/names";
import { presenceOf } from "../../words/presence";
import { writerOf } from "../../words/searching";
import { shortTime } from "../../words/times";

interface Props {
  readonly accounts: readonly LocalAccount[];
  readonly current: Cid;
  readonly onClose: () => void;
  readonly onConversation: (conversation: string) => void;
  readonly onAccount: (cid: Cid) => void;
  readonly onPlace: (place: keyof typeof PLACES) => void;
  readonly onFound: (message: FoundMessageView) => void;
  readonly onSearch: (typed: string, everywhere: boolean) => void;
  /** Those that can be done here. */
  readonly onCommand: Readonly<Partial<Record<keyof typeof COMMANDS, () => void>>>;
}

interface Target {
  readonly key: string;
  readonly name: string;
  readonly note: ReactNode;
  readonly colourKey: string | null;
  readonly icon?: ReactNode;
  readonly presence?: ReturnType<typeof presenceOf>;
  readonly unread: number;
  readonly go: () => void;
}

/** What is found by its names. */
interface Named extends Target {
  readonly username: string;
  /** As somebody calls themselves, where they are called otherwise here. */
  readonly signed?: string;
}

const MOST_SHOWN = 30;
const PLACES = {
  discover: "Find people",
  invite: "Invite people",
  join: "I have an invitation",
  people: "People",
  connections: "Connections",
  settings: "Settings",
} as const;
const COMMANDS = {
  day: "Go to a day of this conversation",
  info: "Details of this conversation",
  notes: NOTES,
  shortcuts: "Keyboard shortcuts",
  add: "Add an account",
  "sign-out": "Sign out of this account",
} as const;
/** Of messages; all of them are one step away. */
const MOST_FOUND = 5;

export function QuickSwitcher(props: Props) {
  const [query, setQuery] = useState("");
  const [place, setPlace] = useState(0);
  const listId = useId();
  const places = useTargets(props, query);
  const found = useFound(props, query);
  const targets = [...places, ...found];
  const chosen = Math.min(place, targets.length - 1);

  const keyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setPlace((chosen + step + targets.length) % Math.max(1, targets.length));
    }
    if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      targets[chosen]?.go();
    }
  };

  return (
    <Dialog title="Go to" bare onClose={props.onClose} className="mt-[12dvh] max-w-lg">
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <Search size={18} aria-hidden className="text-ink-3" />
        <input
          role="combobox"
          aria-label="Go to a person, a conversation, a message or a place"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={targets[chosen] ? `${listId}-${chosen.toString()}` : undefined}
          placeholder="Go to a person, a message, a place…"
          autoComplete="off"
          dir="auto"
          value={query}
          onKeyDown={keyDown}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setPlace(0);
          }}
          className="h-12 min-w-0 flex-1 bg-transparent text-15 placeholder:text-ink-3 focus-visible:outline-none"
        />
      </div>
      <div id={listId} role="listbox" aria-label="Places" className="h-80 overflow-y-auto p-2">
        {targets.map((target, index) => (
          <TargetRow
            key={target.key}
            id={`${listId}-${index.toString()}`}
            target={target}
            chosen={index === chosen}
            onPoint={() => {
              setPlace(index);
            }}
          />
        ))}
        {places.length === 0 && found.length === 1 && (
          <p className="px-3 py-6 text-center text-13 text-ink-3">
            Nothing is called that, and nothing says it.
          </p>
        )}
      </div>
    </Dialog>
  );
}

function TargetRow({
  id,
  target,
  chosen,
  onPoint,
}: {
  readonly id: string;
  readonly target: Target;
  readonly chosen: boolean;
  readonly onPoint: () => void;
}) {
  return (
    // The combobox holds the focus and has the keys.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      ref={(element) => {
        if (chosen) element?.scrollIntoView({ block: "nearest" });
      }}
      onPointerMove={onPoint}
      onClick={target.go}
      className={classes(
        "flex h-11 cursor-pointer items-center gap-3 rounded-control px-3 [--behind:var(--raised)]",
        chosen && "bg-selected [--behind:var(--selected)]",
      )}
    >
      {target.colourKey === null ? (
        <span aria-hidden className="inline-flex size-6 items-center justify-center text-ink-3">
          {target.icon ?? <CornerDownLeft size={15} />}
        </span>
      ) : (
        <Avatar
          initials={initials(target.name)}
          colourKey={target.colourKey}
          size={24}
          presence={target.presence}
        />
      )}
      <CutText className="text-15">{target.name}</CutText>
      <span className="min-w-0 flex-1 truncate text-13 text-ink-3">{target.note}</span>
      <CountBadge count={target.unread} label="unread" />
    </div>
  );
}

function useTargets(
  { accounts, current, onClose, onConversation, onAccount, onPlace, onCommand }: Props,
  query: string,
): readonly Target[] {
  const direct = useWorkspace(directMessagesOf);
  const members = useWorkspace(membersOf);
  const conversations = useWorkspace((workspace) => workspace.conversations);
  const people: readonly Named[] = [...new Set([...direct, ...members])].map((peer) => ({
    key: `peer ${peer.cid.toString()}`,
    name: displayName(peer),
    signed: peer.full_name,
    username: peer.username,
    note: `@${peer.username}`,
    colourKey: peer.account_id,
    presence: presenceOf(peer),
    unread: conversations.get(peer.conversation)?.unread ?? 0,
    go: () => {
      onConversation(peer.conversation);
    },
  }));
  const others = accounts
    .filter((account) => account.cid !== current)
    .map((account) => ({
      key: `account ${account.cid.toString()}`,
      name: displayName(account),
      username: account.username,
      note: `Your account on ${account.server_address}`,
      colourKey: account.account_id,
      unread: account.unread,
      go: () => {
        onAccount(account.cid);
      },
    }));
  const places = (Object.keys(PLACES) as (keyof typeof PLACES)[]).map((place) => ({
    key: place,
    name: PLACES[place],
    username: place,
    note: "",
    colourKey: null,
    unread: 0,
    go: () => {
      onPlace(place);
    },
  }));
  const commands = (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).flatMap((command) => {
    const run = onCommand[command];
    // Once used, they stand among the conversations.
    if (run === undefined || (command === "notes" && direct.some(isOneself))) return [];
    return [
      {
        key: `command ${command}`,
        name: COMMANDS[command],
        username: command,
        note: "",
        colourKey: null,
        unread: 0,
        go: () => {
          onClose();
          run();
        },
      },
    ];
  });
  const all: readonly Named[] = [...people, ...others, ...places, ...commands];
  return all
    .filter(({ name, signed = "", username }) =>
      matchesQuery({ nickname: name, full_name: signed, username }, query),
    )
    .slice(0, MOST_SHOWN);
}

/** Some messages that say it, and the way to all of them. */
function useFound({ onFound, onSearch }: Props, query: string): readonly Target[] {
  const now = useNow();
  const peers = useWorkspace((workspace) => workspace.peers);
  const words = query.trim();
  const { messages } = useMessageSearch(words === "" ? null : { words }, MOST_FOUND);
  const found = messages.slice(0, MOST_FOUND).map((message) => ({
    key: `message ${message.conversation} ${message.id}`,
    name: `${writerOf(message, peers)}, ${shortTime(message.shown_at, now)}`,
    note: <FoundText pieces={message.pieces} cutBefore={message.cut_before} cutAfter={message.cut_after} />,
    colourKey: null,
    icon: <MessageSquareText size={15} />,
    unread: 0,
    go: () => {
      onFound(message);
    },
  }));
  const all = {
    key: "search",
    name: words === "" ? "Search messages" : `Search messages for “${words}”`,
    note: "",
    colourKey: null,
    icon: <Search size={15} />,
    unread: 0,
    go: () => {
      onSearch(words, true);
    },
  };
  return [all, ...found]; // what comes later stands below: nothing moves away under a finger
}
