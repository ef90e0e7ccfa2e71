/** For how many, and for how long: then the link is made. */
import { useState } from "react";

import { Button } from "../../components/Button";
import type { Attempt } from "../../state/context";
import { useWorkspace } from "../../state/context";
import { HOW_LONG, HOW_MANY, riskWords, USUAL } from "../../words/invitations";
import { sentenceOf } from "../../words/reasons";
import { Choice } from "./Choice";

interface Props {
  readonly making: Attempt;
  readonly onMake: (uses: number, seconds: number) => Promise<void>;
}

export function MakeLink({ making, onMake }: Props) {
  const [uses, setUses] = useState<number>(USUAL.uses);
  const [seconds, setSeconds] = useState<number>(USUAL.seconds);
  const server = useWorkspace(({ account }) => account.server_address);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (making.state !== "running") void onMake(uses, seconds);
      }}
    >
      <p className="text-15 text-pretty text-ink-2">
        A link brings somebody onto this server and into a conversation with you. Nobody has to confirm or
        compare anything.
      </p>
      <Choice legend="How many may come by it" options={HOW_MANY} chosen={uses} onChoose={setUses} />
      <Choice legend="How long it works" options={HOW_LONG} chosen={seconds} onChoose={setSeconds} />
      <p role="note" className="min-h-10 text-13 text-pretty text-ink-2">
        {riskWords(uses)}
      </p>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button type="submit" kind="primary" busy={making.state === "running"}>
          Make a link
        </Button>
        {making.state === "refused" && (
          <p role="alert" className="min-w-0 flex-1 basis-48 text-13 text-pretty text-red-ink">
            {sentenceOf(making.reason, { server })}
          </p>
        )}
      </div>
    </form>
  );
}
