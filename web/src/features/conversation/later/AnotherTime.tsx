/** Asks for a day and a time. */
import type { SyntheticEvent } from "react";
import { useState } from "react";

import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { useNow } from "../../../state/context";
import { dueWords } from "../../../words/later";

interface Props {
  readonly title: string;
  readonly action: string;
  /** Where it stands now (Unix milliseconds). */
  readonly at?: number;
  readonly onPick: (at: number) => void;
  readonly onClose: () => void;
}

const HOUR = 3_600_000;
const MOST_AHEAD = 400 * 24 * HOUR;

export default function AnotherTime({ title, action, at, onPick, onClose }: Props) {
  const [text, setText] = useState(() => localTime(at ?? Date.now() + HOUR));
  const [problem, setProblem] = useState<string>();
  const now = useNow();
  const picked = new Date(text).getTime();

  const pick = (event: SyntheticEvent) => {
    event.preventDefault();
    const found = problemOf(picked, now);
    setProblem(found);
    if (found !== undefined) return;
    onPick(picked);
    onClose();
  };

  return (
    <Dialog title={title} onClose={onClose} className="max-w-md">
      <form onSubmit={pick} noValidate className="flex flex-col gap-4 px-5 pb-5">
        <Field
          label="Day and time"
          type="datetime-local"
          autoComplete="off"
          value={text}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            setProblem(undefined);
          }}
          advice={
            Number.isNaN(picked)
              ? "By the clock of this computer."
              : `It goes ${dueWords(picked, now)}, by the clock of this computer, while Casemate is at work on it.`
          }
          problem={problem}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary">
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function problemOf(at: number, now: number): string | undefined {
  if (Number.isNaN(at)) return "Choose a day and a time.";
  if (at <= now) return "That has passed. Choose a time that is still to come.";
  return at > now + MOST_AHEAD ? "That is more than a year from now. Choose an earlier day." : undefined;
}

/** As the browser's own field writes it: 2026-11-29T18:00 in the reader's time zone. */
function localTime(at: number): string {
  const time = new Date(at);
  const two = (part: number) => part.toString().padStart(2, "0");
  const day = `${time.getFullYear().toString()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
}
