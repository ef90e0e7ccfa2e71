/** The first screen: what this is, and the three ways in. */
import { ArrowLeft } from "lucide-react";

import { Button } from "../../components/Button";
import { Logo } from "../../components/Logo";
import { useConnection } from "../../state/context";
import type { Route } from "../../state/address";
import { navigate } from "../../state/route";
import type { Cid } from "../../api/generated";
import { AutostartOffer } from "./AutostartOffer";
import { CreateAccount } from "./CreateAccount";
import { FoundAccounts } from "./FoundAccounts";
import { LocalAccounts } from "./LocalAccounts";
import { Refusal } from "./Refusal";
import { SignIn } from "./SignIn";

interface Props {
  readonly ask: Extract<Route, { screen: "landing" }>["ask"];
  readonly onEnter: (cid: Cid) => void;
}

export function Landing({ ask, onEnter }: Props) {
  return (
    <main aria-label="Casemate" className="h-full overflow-y-auto bg-sidebar">
      <div className="mx-auto flex min-h-full w-full max-w-md flex-col gap-7 px-5 py-10">
        <div className="flex flex-1 flex-col justify-center gap-7">
          {ask === "ways" ? <Ways onEnter={onEnter} /> : <Asked ask={ask} onEnter={onEnter} />}
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
      </header>
      {connection.state === "open" && connection.storage !== null && <Refusal reason={connection.storage} />}
      <LocalAccounts accounts={accounts} onResume={onEnter} />
      {connection.state === "open" && <FoundAccounts found={connection.found} onEnter={onEnter} />}
      <div className="flex flex-col gap-2.5">
        <Button kind={accounts.length === 0 ? "primary" : "secondary"} size="large" onClick={ask("create")}>
          Create account
        </Button>
        <Button size="large" onClick={ask("sign-in")}>
          Sign in
        </Button>
      </div>
    </>
  );
}

function Asked({ ask, onEnter }: { readonly ask: "create" | "sign-in"; readonly onEnter: Props["onEnter"] }) {
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
      {ask === "create" ? <CreateAccount onEnter={onEnter} /> : <SignIn onEnter={onEnter} />}
    </>
  );
}
