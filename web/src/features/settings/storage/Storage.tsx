/** What conversations take on this computer, for how long it stays, and a way out for each: as a file, or off the disk. */
import { useEffect, useRef, useState } from "react";

import { Button } from "../../../components/Button";
import { PersonName } from "../../../components/PersonName";
import { useAttempt, useSession, useWorkspace } from "../../../state/context";
import { bytesWords } from "../../../text/sizes";
import { displayName } from "../../../words/names";
import { sentenceOf } from "../../../words/reasons";
import { EmptyDialog } from "./EmptyDialog";
import { ExportDialog } from "./ExportDialog";
import type { Use } from "./useUses";
import { useUses } from "./useUses";

const SHOWN_AT_FIRST = 8;
const CHOICES = [
  [0, "Forever"],
  [30, "30 days"],
  [90, "90 days"],
  [180, "6 months"],
  [365, "1 year"],
  [1095, "3 years"],
] as const;

export default function Storage() {
  const { uses, failed, again } = useUses();
  const [all, setAll] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  const emptied = useRef(false);
  // Of an emptied conversation nothing can be pressed any more: the keyboard goes on from the list.
  useEffect(() => {
    const { activeElement } = document;
    if (emptied.current && (activeElement === document.body || activeElement?.matches(":disabled")))
      title.current?.focus({ preventScroll: true });
    emptied.current = false;
  }, [uses]);
  return (
    <>
      <Retention />
      <section aria-label="Conversations" className="py-3">
        <h3 ref={title} tabIndex={-1} className="rounded-control text-15 font-medium">
          Conversations
        </h3>
        <p className="text-13 text-ink-2">What their words take on this computer’s disk, sealed.</p>
        {failed && uses === null ? (
          <p role="alert" className="flex flex-wrap items-center gap-3 pt-2 text-13 text-red-ink">
            How much it is could not be asked.
            <Button size="small" onClick={again}>
              Try again
            </Button>
          </p>
        ) : uses === null ? (
          <p role="status" className="min-h-12 pt-2 text-13 text-ink-3">
            Looking…
          </p>
        ) : uses.length === 0 ? (
          <p className="pt-2 text-13 text-ink-3">There are none yet.</p>
        ) : (
          <ul className="mt-2 divide-y divide-line">
            {(all ? uses : uses.slice(0, SHOWN_AT_FIRST)).map((use) => (
              <ConversationUse
                key={use.peer.conversation}
                use={use}
                onEmptied={() => {
                  emptied.current = true;
                  again();
                }}
              />
            ))}
          </ul>
        )}
        {uses !== null && uses.length > SHOWN_AT_FIRST && !all && (
          <Button
            kind="quiet"
            size="small"
            onClick={() => {
              setAll(true);
            }}
          >
            {`Show all ${uses.length.toString()}`}
          </Button>
        )}
      </section>
    </>
  );
}

function Retention() {
  const { service, cid } = useSession();
  const days = useWorkspace(({ account }) => account.settings.keep_days) ?? 0;
  const [attempt, run] = useAttempt({ waits: false });
  const [chosen, setChosen] = useState<number | null>(null);
  const busy = attempt.state === "running";
  const set = async (wanted: number) => {
    if (busy) return;
    if (await run(() => service.request("SetRetention", { cid, days: wanted === 0 ? null : wanted })))
      setChosen(null);
  };
  const shown = chosen ?? days;
  const known = CHOICES.some(([choice]) => choice === shown);
  return (
    <div className="py-3">
      <label className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="min-w-0 flex-1 basis-48">
          <span className="text-15 font-medium">Keep messages</span>
          <span className="block text-13 text-ink-2">
            Older ones are erased from this computer alone, once you have read them. Nobody is told, and
            others keep theirs. Pinned ones and your notes to yourself stay.
          </span>
        </span>
        <select
          value={shown}
          aria-busy={busy}
          onChange={({ currentTarget }) => {
            const wanted = Number(currentTarget.value);
            setChosen(wanted === days ? null : wanted);
          }}
          className="h-9 rounded-control border border-line-strong bg-raised px-2 text-13"
        >
          {!known && <option value={shown}>{`${shown.toString()} days`}</option>}
          {CHOICES.map(([choice, words]) => (
            <option key={choice} value={choice}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {chosen !== null && (
        <div
          role="group"
          aria-label="Keep messages"
          className="mt-3 flex flex-col gap-2.5 rounded-card bg-amber-soft p-3 text-13 text-amber-ink"
        >
          <p>
            {chosen === 0
              ? "Nothing is erased by its age any more. What is gone stays gone."
              : `Messages older than ${nameOf(chosen)} are erased from this computer in an hour, and cannot be had back.`}
          </p>
          <div className="flex flex-wrap gap-2">
            <Button
              size="small"
              kind={chosen === 0 ? "primary" : "danger"}
              busy={busy}
              onClick={() => void set(chosen)}
            >
              {chosen === 0 ? "Keep everything" : "Erase older ones"}
            </Button>
            <Button
              size="small"
              onClick={() => {
                setChosen(null);
              }}
            >
              Leave it
            </Button>
          </div>
        </div>
      )}
      {attempt.state === "refused" && (
        <p role="alert" className="pt-2 text-13 text-red-ink">
          {sentenceOf(attempt.reason, {})}
        </p>
      )}
    </div>
  );
}

function nameOf(days: number): string {
  return CHOICES.find(([choice]) => choice === days)?.[1] ?? `${days.toString()} days`;
}

function ConversationUse({ use, onEmptied }: { readonly use: Use; readonly onEmptied: () => void }) {
  const [asking, setAsking] = useState<"export" | "empty" | null>(null);
  const { peer, messages, bytes } = use;
  const name = displayName(peer);
  const close = () => {
    setAsking(null);
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <span className="min-w-0 flex-1 basis-40">
        <PersonName cut name={name} className="text-15" />
        <span className="block text-12 text-ink-3 tabular-nums">
          {messages === 1 ? "1 message" : `${messages.toLocaleString()} messages`}, {bytesWords(bytes)}
        </span>
      </span>
      <Button
        size="small"
        disabled={messages === 0}
        aria-label={`Export the conversation with ${name}`}
        onClick={() => {
          setAsking("export");
        }}
      >
        Export…
      </Button>
      <Button
        size="small"
        kind="danger-quiet"
        disabled={messages === 0}
        aria-label={`Empty the conversation with ${name}`}
        onClick={() => {
          setAsking("empty");
        }}
      >
        Empty…
      </Button>
      {asking === "export" && <ExportDialog peer={peer} onClose={close} />}
      {asking === "empty" && <EmptyDialog use={use} onEmptied={onEmptied} onClose={close} />}
    </li>
  );
}
