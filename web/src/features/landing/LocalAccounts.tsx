/** The accounts of this computer: those that are open are one click away. */
import type { Cid, LocalAccount } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { CountBadge } from "../../components/Badge";
import { CutText } from "../../components/PersonName";
import { displayName, initials } from "../../state/names";
import { sentenceOf } from "../../state/reasons";

interface Props {
  readonly accounts: readonly LocalAccount[];
  readonly onResume: (cid: Cid) => void;
}

export function LocalAccounts({ accounts, onResume }: Props) {
  if (accounts.length === 0) return null;
  const open = accounts.filter(({ state }) => state !== "signed_out");
  const closed = accounts.filter(({ state }) => state === "signed_out");
  return (
    <section aria-labelledby="on-this-computer" className="flex flex-col gap-2">
      <h2 id="on-this-computer" className="text-13 font-medium text-ink-2">
        On this computer
      </h2>
      <ul className="overflow-hidden rounded-card border border-line bg-raised [--behind:var(--raised)]">
        {[...open, ...closed].map((account) => (
          <li key={account.cid.toString()} className="border-line not-first:border-t">
            <AccountRow account={account} onResume={onResume} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AccountRow({ account, onResume }: { readonly account: LocalAccount } & Pick<Props, "onResume">) {
  const name = displayName(account);
  const open = account.state !== "signed_out";
  return (
    <button
      type="button"
      aria-label={labelOf(account, name)}
      className="group flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-hover focus-visible:-outline-offset-2"
      onClick={() => {
        onResume(account.cid);
      }}
    >
      <Avatar initials={initials(name)} colourKey={account.account_id} size={40} />
      <span className="min-w-0 flex-1">
        <CutText className="text-15 font-medium">{name}</CutText>
        <span className="block truncate text-13 text-ink-3">
          <bdi>@{account.username}</bdi> · {account.server_address}
        </span>
        {account.reason !== null && (
          <span className="mt-1 block text-13 [overflow-wrap:anywhere] text-red-ink">
            {sentenceOf(account.reason)}
          </span>
        )}
      </span>
      <CountBadge count={account.unread} label="unread" />
      <span
        className={open ? "text-13 font-medium text-accent-ink group-hover:underline" : "text-13 text-ink-3"}
      >
        {wordOf(account)}
      </span>
    </button>
  );
}

function wordOf({ state, reason }: LocalAccount): string {
  if (state === "active") return "Open";
  return state !== "signed_out" ? "Resume" : reason !== null ? "Closed" : "Signed out";
}

/** All that is drawn, and what pressing it does first. */
function labelOf(account: LocalAccount, name: string): string {
  const { state, username, server_address, unread, reason } = account;
  const who = `${name}, @${username}, ${server_address}${unread > 0 ? `, ${unread.toString()} unread` : ""}`;
  const why = reason === null ? "" : `. ${sentenceOf(reason)}`;
  const word = wordOf(account);
  return state === "signed_out" ? `${who}, ${word.toLowerCase()}${why}` : `${word} ${who}${why}`;
}
