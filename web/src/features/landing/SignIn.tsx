/** Opening an account that is on this computer already. */
import type { SubmitEvent } from "react";
import { useState } from "react";

import type { Cid, LocalAccount } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { CutText } from "../../components/PersonName";
import { signIn, signInTo } from "../../state/actions";
import { useAttempt, useConnection, useService } from "../../state/context";
import { displayName, initials } from "../../words/names";
import { focusFirstProblem } from "./focusFirstProblem";
import { Refusal } from "./Refusal";
import { StepLine } from "./StepLine";
import { useFirstFocus } from "./useFirstFocus";

interface Props {
  /** Given when it is clear whose password is asked for, as after following a link into a signed-out account. */
  readonly account?: LocalAccount;
  readonly onEnter: (cid: Cid) => void;
}

export function SignIn({ account, onEnter }: Props) {
  const service = useService();
  const form = useFirstFocus();
  const [username, setUsername] = useState("");
  const [picked, setPicked] = useState<Cid | null>(null);
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [attempt, run, reset] = useAttempt();
  const namesakes = useNamesakes(username);
  const chosen = account?.cid ?? picked ?? (namesakes.length === 1 ? namesakes[0]?.cid : undefined);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (password === "" || (account === undefined && username.trim() === "")) {
      focusFirstProblem(event.currentTarget);
      return;
    }
    void run(async () => {
      onEnter(
        chosen === undefined
          ? await signIn(service, username.trim(), password)
          : await signInTo(service, chosen, password),
      );
    });
  };
  const typed = (set: (text: string) => void) => (event: { currentTarget: HTMLInputElement }) => {
    set(event.currentTarget.value);
    if (attempt.state === "refused") reset();
  };

  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-5"
      aria-labelledby="sign-in-title"
    >
      <h1 id="sign-in-title" className="text-24 font-bold tracking-tight">
        {account === undefined ? "Sign in" : "Welcome back"}
      </h1>
      {account === undefined ? (
        <Field
          label="Username"
          value={username}
          onChange={typed(setUsername)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          problem={checked && username.trim() === "" ? "Which account on this computer?" : undefined}
        />
      ) : (
        <>
          <AccountCard account={account} />
          {account.reason !== null && attempt.state !== "refused" && <Refusal reason={account.reason} />}
        </>
      )}
      {account === undefined && namesakes.length > 1 && (
        <Namesakes accounts={namesakes} picked={chosen} onPick={setPicked} />
      )}
      <Field
        label="Password"
        type="password"
        value={password}
        onChange={typed(setPassword)}
        autoComplete="current-password"
        problem={checked && password === "" ? "The password of this account." : undefined}
      />
      {attempt.state === "refused" && <Refusal reason={attempt.reason} />}
      <Button type="submit" kind="primary" size="large" busy={attempt.state === "running"}>
        Sign in
      </Button>
      {attempt.state === "running" && <StepLine step="Opening your account" since={attempt.since} />}
    </form>
  );
}

function AccountCard({ account }: { readonly account: LocalAccount }) {
  const name = displayName(account);
  return (
    <div className="flex items-center gap-3">
      <Avatar initials={initials(name)} colourKey={account.account_id} size={40} />
      <div className="min-w-0">
        <CutText className="text-15 font-medium">{name}</CutText>
        <p className="truncate text-13 text-ink-3">
          <bdi>@{account.username}</bdi> · {account.server_address}
        </p>
      </div>
    </div>
  );
}

/** The same username on two servers: only the person knows which one is meant. */
function Namesakes({
  accounts,
  picked,
  onPick,
}: {
  readonly accounts: readonly LocalAccount[];
  readonly picked: Cid | undefined;
  readonly onPick: (cid: Cid) => void;
}) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-13 font-medium">On which server?</legend>
      {accounts.map((account) => (
        <label key={account.cid.toString()} className="flex items-center gap-2.5 text-15">
          <input
            type="radio"
            name="account"
            checked={picked === account.cid}
            onChange={() => {
              onPick(account.cid);
            }}
            className="accent-[var(--accent)]"
          />
          {account.server_address}
        </label>
      ))}
    </fieldset>
  );
}

function useNamesakes(username: string): readonly LocalAccount[] {
  const connection = useConnection();
  const accounts = connection.state === "connecting" ? null : connection.accounts;
  const wanted = username.trim().normalize("NFKC").toLowerCase();
  return (accounts ?? []).filter((account) => account.username.normalize("NFKC").toLowerCase() === wanted);
}
