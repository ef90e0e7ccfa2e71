/** One person of the directory: who it is, what you are to each other, and the one thing to do about it. */
import { MessageSquarePlus } from "lucide-react";
import type { CSSProperties } from "react";
import { useId } from "react";

import type { DirectoryRow } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { Button, IconButton } from "../../components/Button";
import { CutText } from "../../components/PersonName";
import { displayName, initials } from "../../words/names";

export type Action = "connect" | "accept" | "unblock" | "open";

interface Props {
  readonly row: DirectoryRow;
  readonly busy: boolean;
  /** Why the last try did not work. */
  readonly problem: string | undefined;
  readonly style: CSSProperties;
  readonly position: number;
  readonly total: number;
  readonly onAction: (action: Action) => void;
  /** Before asking. */
  readonly onWriteLine: () => void;
}

const AS_THE_SERVER_SAYS = "Name as the server says";
const BUTTONS: Readonly<Record<Action, string>> = {
  connect: "Connect",
  accept: "Accept",
  unblock: "Unblock",
  open: "Message",
};

export function DirectoryRowView({
  row,
  busy,
  problem,
  style,
  position,
  total,
  onAction,
  onWriteLine,
}: Props) {
  const name = displayName(row);
  const { words, action } = standingOf(row);
  const id = useId();
  return (
    <li
      aria-describedby={row.names_signed ? undefined : id}
      style={style}
      aria-posinset={position}
      aria-setsize={total}
      className="peer-list-item @container absolute inset-x-0 top-0 flex items-center gap-3 px-5 [--behind:var(--raised)]"
    >
      {/* With large letters on a phone, the name needs the room more. */}
      <span className="flex @max-2xs:hidden">
        <Avatar
          initials={initials(name)}
          colourKey={row.account_id}
          size={40}
          presence={row.online === null ? undefined : row.online ? "online" : "offline"}
        />
      </span>
      {/* What you are to each other stands beside the name, and below it where that would leave no room for the name. */}
      <div className="min-w-0 flex-1 tablet:flex tablet:items-center tablet:gap-3">
        <div className="min-w-0 flex-1">
          <CutText className="text-15 leading-5 font-medium">{name}</CutText>
          {!row.names_signed && (
            <span id={id} hidden>
              {AS_THE_SERVER_SAYS}
            </span>
          )}
          <p
            title={row.names_signed ? undefined : AS_THE_SERVER_SAYS}
            className="truncate text-12 leading-4 text-ink-3 tablet:leading-[1.1rem]"
          >
            <bdi>@{row.username}</bdi>
            {row.online !== null && ` · ${row.online ? "online" : "offline"}`}
          </p>
          {row.namesake !== null && (
            <p role="note" className="truncate text-12 leading-4 text-red-ink">
              Not the <bdi>@{row.namesake.username}</bdi> you know
            </p>
          )}
          {problem !== undefined && (
            <p role="alert" className="truncate text-12 leading-4 text-red-ink" title={problem}>
              {problem}
            </p>
          )}
        </div>
        {words !== null && (
          <span className="block shrink-0 truncate text-13 leading-4 text-ink-2 max-tablet:text-12">
            {words}
          </span>
        )}
      </div>
      {row.relation === "none" && action === "connect" && (
        <IconButton
          label={`Write ${name} a line with your request`}
          className="-mx-1.5"
          busy={busy}
          icon={<MessageSquarePlus size={16} aria-hidden />}
          onClick={onWriteLine}
        />
      )}
      {action !== null && (
        <Button
          size="small"
          kind={action === "accept" ? "primary" : action === "connect" ? "soft" : "secondary"}
          busy={busy}
          onClick={() => {
            onAction(action);
          }}
        >
          {BUTTONS[action]}
        </Button>
      )}
    </li>
  );
}

function standingOf(row: DirectoryRow): { readonly words: string | null; readonly action: Action | null } {
  if (row.blocked) return { words: "Blocked", action: "unblock" };
  switch (row.relation) {
    case "gone":
      return { words: "Account deleted", action: null };
    case "none":
      return { words: null, action: "connect" };
    case "requested":
      return { words: "Registration Sent", action: null };
    case "asks_you":
      return { words: "Wants to talk to you", action: "accept" };
    case "declined":
      return { words: "Declined", action: null };
    case "registered":
      switch (row.connection) {
        case "connected":
          return { words: "Connected", action: "open" };
        case "asking":
          return { words: "Registered, asked to connect", action: null };
        case "asks_you":
          return { words: "Registered", action: "accept" };
        case "none":
          return { words: "Registered", action: "connect" };
      }
  }
}
