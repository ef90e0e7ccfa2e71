/** A line that says how one is, and for how long. */
import { Smile } from "lucide-react";
import { useRef, useState } from "react";

import type { AccountView } from "../../api/generated";
import { Button, IconButton } from "../../components/Button";
import { EmojiPopover } from "../../components/EmojiPopover";
import { useAttempt, useNow, useSession } from "../../state/context";
import { sentenceOf } from "../../words/reasons";
import { presentStatus, statusTimeWords } from "../../words/statuses";

const MOST_CHARACTERS = 100;
const HOUR = 3_600_000;

const ENDS: readonly (readonly [words: string, end: (now: number) => number | null])[] = [
  ["Until I change it", () => null],
  ["For an hour", (now) => now + HOUR],
  ["For four hours", (now) => now + 4 * HOUR],
  ["Until midnight", (now) => new Date(now).setHours(24, 0, 0, 0)],
  ["For a week", (now) => now + 7 * 24 * HOUR],
];

export function OwnStatus({ account }: { readonly account: AccountView }) {
  const { service, cid } = useSession();
  const now = useNow();
  const shown = presentStatus(account, now);
  const [text, setText] = useState(shown?.text ?? "");
  // Set, also elsewhere, it stands in the field: the same field, which may have the focus.
  const told = account.status?.text ?? "";
  const [heard, setHeard] = useState(told);
  if (told !== heard) {
    setHeard(told);
    setText(told);
  }
  const [ends, setEnds] = useState(0);
  const [picking, setPicking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const [attempt, run] = useAttempt();
  const left = MOST_CHARACTERS - Array.from(text).length; // code points, as the service counts them
  const wanted = text.trim();
  const save = (line: string) => {
    const until = line === "" ? null : (ENDS[ends]?.[1](Date.now()) ?? null);
    return run(() => service.request("SetStatus", { cid, text: line, until }));
  };
  const times = shown === null ? "" : statusTimeWords(shown, now);
  return (
    <form
      className="flex flex-col gap-2 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (left >= 0 && (wanted !== "" || shown !== null)) void save(wanted);
      }}
    >
      <label className="text-15 font-medium" htmlFor="own-status">
        Status
      </label>
      <p className="text-13 text-ink-2">
        {shown === null
          ? "A line that the people you agreed to talk with see beside your name."
          : `The people you agreed to talk with see it${times === "" ? "" : `, ${times}`}.`}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <div className="flex min-w-0 basis-full items-center rounded-control border border-line-strong bg-raised focus-within:outline-2 focus-within:outline-focus">
          <EmojiPopover
            open={picking}
            onOpen={setPicking}
            onClosed={() => field.current?.focus()}
            onPick={(emoji) => {
              setText(`${text}${text === "" || text.endsWith(" ") ? "" : " "}${emoji}`);
            }}
            trigger={<IconButton label="Emoji for the status" icon={<Smile size={18} aria-hidden />} />}
          />
          <input
            ref={field}
            id="own-status"
            value={text}
            autoComplete="off"
            dir="auto"
            placeholder="In the garden"
            aria-invalid={left < 0 || undefined}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
            className="h-9 min-w-0 flex-1 bg-transparent pr-3 text-15 placeholder:text-ink-3 focus-visible:outline-none"
          />
        </div>
        <select
          aria-label="For how long"
          value={ends}
          onChange={(event) => {
            setEnds(Number(event.currentTarget.value));
          }}
          className="mr-auto h-9 rounded-control border border-line-strong bg-raised px-2 text-13"
        >
          {ENDS.map(([words], index) => (
            <option key={words} value={index}>
              {words}
            </option>
          ))}
        </select>
        {shown !== null && (
          <Button
            size="small"
            busy={attempt.state === "running"}
            onClick={() => {
              // The button goes with the status.
              void save("").then((cleared) => cleared && field.current?.focus());
            }}
          >
            Clear
          </Button>
        )}
        <Button
          type="submit"
          size="small"
          kind="soft"
          disabled={left < 0 || wanted === ""}
          busy={attempt.state === "running"}
        >
          Set status
        </Button>
      </div>
      {left < 0 && (
        <p role="alert" className="text-13 text-red-ink">
          {left === -1 ? "One character too many." : `${(-left).toString()} characters too many.`}
        </p>
      )}
      {attempt.state === "refused" && (
        <p role="alert" className="text-13 text-red-ink">
          {sentenceOf(attempt.reason)}
        </p>
      )}
    </form>
  );
}
