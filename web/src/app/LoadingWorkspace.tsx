/** The account is being opened: the final layout without its contents, or why it cannot be opened. */
import { DoorClosed, Hourglass } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";

import type { Cid, LocalAccount, Reason } from "../api/generated";
import { Button } from "../components/Button";
import { CopyDetail } from "../components/CopyDetail";
import { Rail } from "../features/shell/Rail";
import { useConnection, useNow, useSession } from "../state/context";
import { LANDING } from "../state/address";
import { navigate } from "../state/route";
import { sentenceOf, technicalDetail } from "../words/reasons";
import { Standstill } from "./Standstill";
import { Unreachable } from "./Unreachable";

/** Opening an account takes a tenth of a second; a person looks for something to press long before this. */
const LONG_MILLISECONDS = 8000;

interface Props {
  readonly refused: Reason | null;
  readonly accounts: readonly LocalAccount[];
  readonly onSwitchAccount: (cid: Cid) => void;
}

export function LoadingWorkspace({ refused, accounts, onSwitchAccount }: Props) {
  const { cid } = useSession();
  return (
    <div className="flex h-full">
      <Rail accounts={accounts} current={cid} place={null} onSwitch={onSwitchAccount} onAdd={toStart} />
      <div className="min-w-0 flex-1">{refused === null ? <Opening /> : <Refused refused={refused} />}</div>
    </div>
  );
}

function Opening() {
  const session = useSession();
  const connection = useConnection();
  const now = useNow(1000);
  const [since, setSince] = useState(now);
  if (connection.state === "lost")
    return <Unreachable since={connection.since} retryAt={connection.retryAt} beside={<OtherAccounts />} />;
  if (now - since < LONG_MILLISECONDS) return <Skeleton />;
  return (
    <Standstill
      icon={<Hourglass size={22} />}
      title="This account takes long to open"
      action="Try again"
      onAction={() => {
        setSince(now);
        session.start();
      }}
      beside={<OtherAccounts />}
    >
      Casemate on this computer has not answered yet. Nothing is lost.
    </Standstill>
  );
}

function Refused({ refused }: { readonly refused: Reason }) {
  return (
    <Standstill
      icon={<DoorClosed size={22} />}
      title="This account cannot be opened"
      action="Go to the start"
      onAction={toStart}
    >
      <p className="mb-3">{sentenceOf(refused, {})}</p>
      <CopyDetail detail={technicalDetail(refused)} />
    </Standstill>
  );
}

function OtherAccounts(): ReactNode {
  return <Button onClick={toStart}>Other accounts</Button>;
}

function toStart(): void {
  navigate(LANDING);
}

function Skeleton() {
  return (
    <main aria-label="Casemate" aria-busy className="flex h-full">
      <h1 className="sr-only">Opening the account</h1>
      <div className="flex w-full flex-col gap-3 border-line bg-sidebar p-4 tablet:w-68 tablet:max-w-[36vw] tablet:border-r">
        <span className="skeleton h-9 w-full" />
        <span className="skeleton h-9 w-full" />
        {[60, 45, 70, 52].map((width) => (
          <span key={width} className="flex items-center gap-3">
            <span className="skeleton size-8 !rounded-round" />
            <span className="skeleton h-3.5" style={{ width: `${width.toString()}%` }} />
          </span>
        ))}
      </div>
      <span className="flex-1 bg-surface max-tablet:hidden" />
    </main>
  );
}
