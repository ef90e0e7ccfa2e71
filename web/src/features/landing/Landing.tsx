/** The first screen: what this is, and the ways in. */
import { ArrowLeft } from "lucide-react";

import { Button } from "../../components/Button";
import { Logo } from "../../components/Logo";
import { useConnection } from "../../state/context";
import type { Asked as Ask } from "../../state/address";
import { navigate } from "../../state/route";
import type { Cid } from "../../api/generated";
import { AutostartOffer } from "./AutostartOffer";
import { CreateAccount } from "./CreateAccount";
import { FoundAccounts } from "./FoundAccounts";
import { JoinByInvitation } from "./JoinByInvitation";
import { LocalAccounts } from "./LocalAccounts";
import { Refusal } from "./Refusal";
import { SignIn } from "./SignIn";
import { WHAT_COMES_NEXT } from "../../words/invitations";

interface Props {
  readonly ask: Ask;
  readonly onEnter: (cid: Cid) => void;
  /** Into the conversation with who invited the account. */
  readonly onMeet: (cid: Cid, inviter: Cid) => void;
}

export function Landing({ ask, onEnter, onMeet }: Props) {
  return (
    <main aria-label="Casemate" className="h-full overflow-y-auto bg-sidebar">
      <div className="mx-auto flex min-h-full w-full max-w-md flex-col gap-7 px-5 py-10">
        <div className="flex flex-1 flex-col justify-center gap-7">
          {ask === "ways" ? (
            <Ways onEnter={onEnter} />
          ) : (
            <Asked ask={ask} onEnter={onEnter} onMeet={onMeet} />
          )}
        </div>
        {ask === "ways" && (
          // Its place is kept, so that nothing moves when it comes.
          <div className="min-h-28">
            <AutostartOffer />
          </div>
        )}
      </div>
    </main>
  );
}

function Ways({ onEnter }: Pick<Props, "onEnter">) {
  const connection = useConnection();
  const accounts = connection.state === "connecting" ? [] : (connection.accounts ?? []);
  const ask = (what: Props["ask"]) => () => {
    navigate({ screen: "landing", ask: what });
  };
  return (
    <>
      <header className="flex flex-col items-center gap-4 text-center">
        <Logo size={56} />
        <h1 className="text-24 font-bold tracking-tight">Casemate</h1>
        <p className="max-w-80 text-15 text-balance text-ink-2">
          A quiet, strong room for your team. What is said in it stays between those who are in it.
        </p>
        {accounts.length === 0 && (
          <p className="max-w-80 text-13 text-balance text-ink-2">{WHAT_COMES_NEXT}</p>
        )}
      </header>
      {connection.state === "open" && connection.storage !== null && <Refusal reason={connection.storage} />}
      <LocalAccounts accounts={accounts} onResume={onEnter} />
      {connection.state === "open" && <FoundAccounts found={connection.found} onEnter={onEnter} />}
      <div className="flex flex-col gap-2.5">
        <Button kind={accounts.length === 0 ? "primary" : "secondary"} size="large" onClick={ask("create")}>
          Create account
        </Button>
        <Button size="large" onClick={ask("join")}>
          I have an invitation
        </Button>
        <Button size="large" onClick={ask("sign-in")}>
          Sign in
        </Button>
      </div>
    </>
  );
}

function Asked({ ask, onEnter, onMeet }: Props & { readonly ask: Exclude<Ask, "ways"> }) {
  return (
    <>
      <Button
        kind="quiet"
        size="small"
        className="-mb-4 -ml-2 self-start"
        icon={<ArrowLeft size={16} aria-hidden />}
        onClick={() => {
          navigate({ screen: "landing", ask: "ways" });
        }}
      >
        Back
      </Button>
      {ask === "create" ? (
        <CreateAccount onEnter={onEnter} />
      ) : ask === "sign-in" ? (
        <SignIn onEnter={onEnter} />
      ) : (
        <JoinByInvitation onMeet={onMeet} />
      )}
    </>
  );
}
