/** For how many, and for how long: then the link is made; and where nobody else can come so far, that is changed with it. */
import { Monitor } from "lucide-react";
import type { SubmitEvent } from "react";
import { useState } from "react";

import { Button } from "../../components/Button";
import { useWorkspace } from "../../state/context";
import { HOW_LONG, HOW_MANY, ONLY_HERE_SO_FAR, riskWords, stepWords, USUAL } from "../../words/invitations";
import { isForThisComputerAlone, LISTENING_FAILED } from "../../words/reach";
import { sentenceOf } from "../../words/reasons";
import { Choice } from "./Choice";
import type { Making } from "./useMakeLink";
import type { ReachOfServer } from "./useReach";

interface Props {
  readonly reach: ReachOfServer;
  readonly making: Making;
}

export function MakeLink({ reach, making }: Props) {
  const [uses, setUses] = useState<number>(USUAL.uses);
  const [seconds, setSeconds] = useState<number>(USUAL.seconds);
  const server = useWorkspace(({ account }) => account.server_address);
  // Until it is known what a press would do there is nothing to press.
  const isLooking = reach.view === null && reach.attempt.state !== "refused";
  const onlyHere = reach.view !== null && isForThisComputerAlone(reach.view);
  const busy = making.step !== null;
  // While it opens, what was pressed stays as it is.
  const opens = onlyHere || making.opens;
  const make = (network: boolean) => {
    if (!busy && !isLooking) making.make({ uses, seconds, network });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make(onlyHere);
  };
  const problem =
    making.refused !== null
      ? sentenceOf(making.refused, { server })
      : making.failed
        ? LISTENING_FAILED
        : null;
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <p className="text-15 text-pretty text-ink-2">
        A link brings somebody onto this server and into a conversation with you. Nobody has to confirm or
        compare anything.
      </p>
      <Choice legend="How many may come by it" options={HOW_MANY} chosen={uses} onChoose={setUses} />
      <Choice legend="How long it works" options={HOW_LONG} chosen={seconds} onChoose={setSeconds} />
      <p role="note" className="min-h-10 text-13 text-pretty text-ink-2">
        {riskWords(uses)}
      </p>
      {opens && (
        <p role="note" className="flex gap-2.5 rounded-control bg-amber-soft px-3.5 py-3 text-13 text-pretty">
          <Monitor size={16} aria-hidden className="mt-0.5 shrink-0 text-amber-ink" />
          {ONLY_HERE_SO_FAR}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-2 gap-y-2">
        {isLooking ? (
          <div role="status" aria-label="Looking who can come here" className="skeleton h-9 w-64" />
        ) : (
          <Button type="submit" kind="primary" busy={busy}>
            {opens ? "Listen on the network and make a link" : "Make a link"}
          </Button>
        )}
        {opens && (
          <Button
            kind="quiet"
            busy={busy}
            onClick={() => {
              make(false);
            }}
          >
            For this computer only
          </Button>
        )}
      </div>
      {opens && problem === null && (
        <p role="status" className="-mt-2 min-h-5 text-13 text-ink-2">
          {stepWords(making.step)}
        </p>
      )}
      {problem !== null && (
        <p role="alert" className="text-13 text-pretty text-red-ink">
          {problem}
        </p>
      )}
    </form>
  );
}
