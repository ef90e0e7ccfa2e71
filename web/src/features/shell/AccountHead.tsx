/** Who this tab is, on which server, and what can be done about it. */
import { Check, ChevronsUpDown, LogOut, NotebookPen, Plus, Settings, Waypoints } from "lucide-react";

import type { AccountView, Cid, LocalAccount } from "../../api/generated";
import type { Presence } from "../../components/Avatar";
import { Avatar } from "../../components/Avatar";
import { Menu, MenuItem, MenuLine, MenuNote } from "../../components/Menu";
import { CutText } from "../../components/PersonName";
import { NOTES } from "../../state/oneself";
import { useNow } from "../../state/context";
import { displayName, initials } from "../../words/names";
import { presentStatus } from "../../words/statuses";

interface Props {
  readonly account: AccountView;
  readonly accounts: readonly LocalAccount[];
  readonly onSwitch: (cid: Cid) => void;
  readonly onAdd: () => void;
  readonly onConnections: () => void;
  readonly onNotes: () => void;
  readonly onSettings: () => void;
  readonly onSignOut: () => void;
}

export function AccountHead({
  account,
  accounts,
  onSwitch,
  onAdd,
  onConnections,
  onNotes,
  onSettings,
  onSignOut,
}: Props) {
  const name = displayName(account);
  const presence = presenceOfAccount(account);
  const status = presentStatus(account, useNow());
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`${name}, ${account.server_address}, ${presence.word}. Account menu`}
          className="flex w-full min-w-0 items-center gap-2.5 rounded-control px-2 py-1.5 text-left hover:bg-hover data-[state=open]:bg-hover"
        >
          <Avatar
            initials={initials(name)}
            colourKey={account.account_id}
            size={32}
            presence={presence.dot}
          />
          <span className="min-w-0 flex-1">
            <CutText className="text-15 leading-5 font-bold">{name}</CutText>
            <span className="block truncate text-12 text-ink-3">{account.server_address}</span>
          </span>
          <ChevronsUpDown size={14} aria-hidden className="text-ink-3" />
        </button>
      }
    >
      <MenuNote>
        <bdi>@{account.username}</bdi> · {presence.word}
        {status !== null && (
          <>
            {" · "}
            <bdi>{status.text}</bdi>
          </>
        )}
      </MenuNote>
      {accounts.length > 1 && (
        <>
          <MenuLine />
          {accounts.map((other) => (
            <MenuItem
              key={other.cid.toString()}
              icon={<Check size={16} aria-hidden className={other.cid === account.cid ? "" : "invisible"} />}
              onSelect={() => {
                onSwitch(other.cid);
              }}
            >
              <CutText>{displayName(other)}</CutText>
              {other.state === "signed_out" && <span className="text-ink-3">signed out</span>}
            </MenuItem>
          ))}
        </>
      )}
      <MenuLine />
      <MenuItem icon={<NotebookPen size={16} aria-hidden />} onSelect={onNotes}>
        {NOTES}
      </MenuItem>
      <MenuItem icon={<Plus size={16} aria-hidden />} onSelect={onAdd}>
        Add an account
      </MenuItem>
      <MenuItem icon={<Waypoints size={16} aria-hidden />} onSelect={onConnections}>
        Connections
      </MenuItem>
      <MenuItem icon={<Settings size={16} aria-hidden />} onSelect={onSettings}>
        Settings
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<LogOut size={16} aria-hidden />} onSelect={onSignOut}>
        Sign out
      </MenuItem>
    </Menu>
  );
}

function presenceOfAccount({ link, settings }: AccountView): {
  readonly dot: Presence;
  readonly word: string;
} {
  if (link.state !== "online") return { dot: "offline", word: "not connected to the server" };
  return settings.appear_offline
    ? { dot: "offline", word: "appearing offline" }
    : { dot: "online", word: "online" };
}
