/** A link into an account that is signed out: sign in, and be where the link leads. */
import { ArrowLeft } from "lucide-react";
import { useEffect } from "react";

import type { LocalAccount } from "../api/generated";
import { Button } from "../components/Button";
import { SignIn } from "../features/landing/SignIn";
import { LANDING } from "../state/address";
import { navigate } from "../state/route";
import { displayName } from "../words/names";

export function SignedOutScreen({ account }: { readonly account: LocalAccount }) {
  const name = displayName(account);
  useEffect(() => {
    document.title = `Sign in as ${name} · Casemate`;
  }, [name]);
  return (
    <main aria-label="Casemate" className="h-full overflow-y-auto bg-sidebar">
      <div className="mx-auto flex min-h-full w-full max-w-md flex-col justify-center gap-7 px-5 py-10">
        <Button
          kind="quiet"
          size="small"
          className="-mb-4 -ml-2 self-start"
          icon={<ArrowLeft size={16} aria-hidden />}
          onClick={() => {
            navigate(LANDING);
          }}
        >
          Other accounts
        </Button>
        {/* The account list changes when it is open, and this address then shows what was asked for. */}
        <SignIn account={account} onEnter={() => undefined} />
      </div>
    </main>
  );
}
