/** Deleting an account file that cannot be opened, or that nobody knows: only ever after this question. */
import type { ReactNode } from "react";
import { useState } from "react";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { useAttempt } from "../../state/context";
import { Refusal } from "./Refusal";

interface Props {
  /** Of the button that asks, which says what it is about to screen readers as `label`. */
  readonly words: string;
  readonly label: string;
  readonly title: string;
  /** What is lost. */
  readonly children: ReactNode;
  readonly action: string;
  readonly onForget: () => Promise<void>;
}

export function Forget({ words, label, ...question }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        size="small"
        kind="danger-quiet"
        aria-label={label}
        onClick={() => {
          setAsking(true);
        }}
      >
        {words}
      </Button>
      {asking && (
        <Question
          {...question}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </>
  );
}

function Question({
  title,
  children,
  action,
  onForget,
  onClose,
}: Omit<Props, "words" | "label"> & { readonly onClose: () => void }) {
  const [attempt, run] = useAttempt({ waits: false });
  return (
    <Dialog title={title} onClose={onClose} className="max-w-md">
      <div className="flex flex-col gap-4 px-5 pb-5">
        <div className="flex flex-col gap-2 text-15 text-ink-2">{children}</div>
        {attempt.state === "refused" && <Refusal reason={attempt.reason} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button
            kind="danger"
            busy={attempt.state === "running"}
            onClick={() => {
              // The row goes with what it stands for, and this question with it.
              void run(onForget);
            }}
          >
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
