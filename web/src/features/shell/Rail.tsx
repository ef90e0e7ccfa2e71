/** The accounts of this browser, one click apart. Each tab shows one; switching one tab leaves the others alone. */
import { Plus, Settings, Waypoints } from "lucide-react";
import { memo } from "react";

import type { Cid, LocalAccount } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { IconButton } from "../../components/Button";
import { classes } from "../../components/classes";
import { Logo } from "../../components/Logo";
import { Tooltip } from "../../components/Tooltip";
import { displayName, initials } from "../../words/names";

interface Props {
  readonly accounts: readonly LocalAccount[];
  readonly current: Cid;
  readonly place: "connections" | "settings" | null;
  readonly onSwitch: (cid: Cid) => void;
  readonly onAdd: () => void;
  /** Absent while there is no account to look into. */
  readonly onConnections?: () => void;
  readonly onSettings?: () => void;
}

export const Rail = memo(function Rail({
  accounts,
  current,
  place,
  onSwitch,
  onAdd,
  onConnections,
  onSettings,
}: Props) {
  return (
    <nav
      aria-label="Accounts"
      className="flex w-14 shrink-0 flex-col items-center gap-2 bg-rail py-3 [--behind:var(--rail)] max-desktop:hidden"
    >
      <Logo size={32} />
      <span aria-hidden className="my-1 h-px w-6 bg-line" />
      <ul className="flex min-h-0 flex-col items-center gap-2 overflow-y-auto px-2 py-1">
        {accounts.map((account) => (
          <li key={account.cid.toString()} className="relative">
            <AccountButton account={account} selected={account.cid === current} onSwitch={onSwitch} />
          </li>
        ))}
      </ul>
      <IconButton label="Add an account" side="right" icon={<Plus size={18} aria-hidden />} onClick={onAdd} />
      {onConnections !== undefined && (
        <IconButton
          label="Connections"
          side="right"
          className="mt-auto"
          aria-pressed={place === "connections"}
          icon={<Waypoints size={18} aria-hidden />}
          onClick={onConnections}
        />
      )}
      {onSettings !== undefined && (
        <IconButton
          label="Settings"
          side="right"
          aria-pressed={place === "settings"}
          icon={<Settings size={18} aria-hidden />}
          onClick={onSettings}
        />
      )}
    </nav>
  );
});

function AccountButton({
  account,
  selected,
  onSwitch,
}: {
  readonly account: LocalAccount;
  readonly selected: boolean;
  readonly onSwitch: (cid: Cid) => void;
}) {
  const name = displayName(account);
  const signedOut = account.state === "signed_out";
  const waiting = selected ? 0 : account.waiting;
  return (
    <Tooltip side="right" text={<AccountTip account={account} name={name} signedOut={signedOut} />}>
      <button
        type="button"
        aria-current={selected ? "true" : undefined}
        aria-label={`${name}, @${account.username}${signedOut ? ", signed out" : ""}${waiting > 0 ? `, ${waiting.toString()} unread` : ""}`}
        onClick={() => {
          onSwitch(account.cid);
        }}
        className={classes(
          "relative block rounded-card",
          selected && "ring-2 ring-accent ring-offset-2 ring-offset-rail",
          signedOut && "grayscale hover:grayscale-0",
        )}
      >
        <Avatar initials={initials(name)} colourKey={account.account_id} size={32} square />
        {waiting > 0 && (
          <span
            aria-hidden
            className="absolute -top-1.5 -right-1.5 h-4 min-w-4 rounded-round bg-accent px-1 text-center text-[0.625rem] leading-4 font-bold text-on-accent ring-2 ring-rail"
          >
            {waiting > 99 ? "99+" : waiting}
          </span>
        )}
      </button>
    </Tooltip>
  );
}

function AccountTip({
  account,
  name,
  signedOut,
}: {
  account: LocalAccount;
  name: string;
  signedOut: boolean;
}) {
  return (
    <>
      <bdi className="block font-medium">{name}</bdi>
      <span className="block opacity-80">
        @{account.username} · {account.server_address}
        {signedOut && " · signed out"}
      </span>
    </>
  );
}
