/** The accounts of this computer: those that are open are one click away. */
import type { Cid, LocalAccount } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { CountBadge } from "../../components/Badge";
import { CutText } from "../../components/PersonName";
import { forgetDamaged } from "../../state/actions";
import { useService } from "../../state/context";
import { displayName, initials } from "../../words/names";
import { sentenceOf } from "../../words/reasons";
import { Forget } from "./Forget";

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
            {isBeyondRepair(account) && <ForgetAccount account={account} />}
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
      className="group flex w-full flex-wrap items-center justify-end gap-3 px-4 py-3 text-left hover:bg-hover focus-visible:-outline-offset-2"
      onClick={() => {
        onResume(account.cid);
      }}
    >
      <Avatar initials={initials(name)} colourKey={account.account_id} size={40} />
      <span className="min-w-0 flex-1 basis-32">
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

/** A disk that does not answer, or a newer program’s file, says nothing against the file. */
function isBeyondRepair({ reason }: LocalAccount): boolean {
  return (
    reason?.code === "account_damaged" &&
    (reason.params.what === "damaged" || reason.params.what === "missing")
  );
}

function ForgetAccount({ account }: { readonly account: LocalAccount }) {
  const service = useService();
  return (
    <div className="flex justify-end px-4 pb-3">
      <Forget
        words="Remove…"
        label={`Remove @${account.username} from this computer`}
        title="Remove this account"
        action="Remove the account"
        onForget={() => forgetDamaged(service, account.cid)}
      >
        <p>
          What is left of the keys and the history of <bdi>@{account.username}</bdi> is deleted here, and
          nobody can bring it back. If there is a copy of its file, put that back instead.
        </p>
        <p>
          {account.server_address} goes on having the account: its username stays taken, and nobody is told.
        </p>
      </Forget>
    </div>
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
