/** Before a request goes: one line of one's own, so that whoever is asked knows who asks. */
import { useState } from "react";

import type { DirectoryRow } from "../../api/generated";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { introductionAdvice, introductionProblem } from "../../words/introductions";
import { displayName } from "../../words/names";

interface Props {
  readonly row: DirectoryRow;
  /** What was written before and did not go. */
  readonly line: string;
  readonly onChange: (line: string) => void;
  readonly onAsk: () => void;
  readonly onClose: () => void;
}

export function AskWithLine({ row, line, onChange, onAsk, onClose }: Props) {
  const problem = introductionProblem(line);
  const [tried, setTried] = useState(false);
  return (
    <Dialog title={`Ask ${displayName(row)} to talk`} onClose={onClose} className="max-w-md">
      <form
        noValidate
        className="flex flex-col gap-4 px-5 pb-5"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (problem === undefined) onAsk();
        }}
      >
        <Field
          label="A line about you"
          placeholder="Hi, Ana from sales: we met on Tuesday"
          autoComplete="off"
          dir="auto"
          value={line}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
          advice={introductionAdvice(line)}
          problem={problem}
        />
        <p role="status" className="sr-only">
          {tried && problem !== undefined ? problem : ""}
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" type="submit">
            Connect
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
