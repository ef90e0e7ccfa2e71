/** Leads to a day of the conversation. */
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { useAttempt, useNow, useService, useSession } from "../../state/context";
import { dayOf, typedDay } from "../../text/searchQuery";
import { sentenceOf } from "../../words/reasons";

interface Props {
  readonly conversation: string;
  readonly onFound: (message: { readonly conversation: string; readonly id: string }) => void;
  readonly onClose: () => void;
}

export function GoToDay({ conversation, onFound, onClose }: Props) {
  const service = useService();
  const { cid } = useSession();
  const now = useNow();
  const [day, setDay] = useState(() => typedDay(now));
  const [attempt, run] = useAttempt();
  const [nothing, setNothing] = useState(false);

  const go = (time: number) => {
    setNothing(false);
    void run(async () => {
      const found = await service.request("FindDay", { cid, conversation, from_time: time });
      if (found.message_id === null) setNothing(true);
      else onFound({ conversation, id: found.message_id });
    });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const time = dayOf(day, now);
    if (time !== null) go(time);
  };
  const back = (change: (date: Date) => void) => () => {
    const date = new Date(now);
    date.setHours(0, 0, 0, 0);
    change(date);
    go(date.getTime());
  };
  return (
    <Dialog title="Go to a day" onClose={onClose} className="max-w-sm">
      <form onSubmit={submit} className="flex flex-col gap-4 px-5 pb-5">
        <Field
          label="Day"
          type="date"
          autoComplete="off"
          required
          min="2000-01-01"
          max={typedDay(now)}
          value={day}
          advice="Leads to the first message of that day, or after it."
          problem={
            nothing
              ? "Nothing was said in this conversation yet."
              : attempt.state === "refused"
                ? sentenceOf(attempt.reason)
                : null
          }
          onChange={(event) => {
            setDay(event.currentTarget.value);
          }}
        />
        <div role="group" aria-label="Days" className="flex flex-wrap gap-2">
          <Button size="small" onClick={back((date) => date.setDate(date.getDate() - 7))}>
            A week ago
          </Button>
          <Button size="small" onClick={back((date) => date.setMonth(date.getMonth() - 1))}>
            A month ago
          </Button>
          <Button
            size="small"
            onClick={() => {
              go(0);
            }}
          >
            The beginning
          </Button>
        </div>
        <Button kind="primary" type="submit" busy={attempt.state === "running"}>
          Go there
        </Button>
      </form>
    </Dialog>
  );
}
