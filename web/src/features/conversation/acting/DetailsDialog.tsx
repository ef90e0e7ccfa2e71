/** The life of a message: how far it got, what proves it, and what it waits for. Nothing is said that was not confirmed. */
import { Check, Circle } from "lucide-react";

import type { MessageView, PeerView } from "../../../api/generated";
import { classes } from "../../../components/classes";
import { CopyDetail } from "../../../components/CopyDetail";
import { Dialog } from "../../../components/Dialog";
import { useNow, useWorkspace } from "../../../state/context";
import { pendingWords } from "../../../words/changes";
import { endWords } from "../../../words/disappearing";
import { displayName } from "../../../words/names";
import type { LifeStep } from "../../../words/messageLife";
import { lifeOf } from "../../../words/messageLife";
import { fullTime } from "../../../words/times";

interface Props {
  readonly message: MessageView;
  readonly peer: PeerView;
  readonly onClose: () => void;
}

export function DetailsDialog({ message: given, peer, onClose }: Props) {
  const message = useWorkspace(
    ({ timelines }) => timelines.get(given.conversation)?.messages.find(({ id }) => id === given.id) ?? given,
  );
  const receipts = useWorkspace(({ account }) => account.settings.read_receipts);
  const now = useNow(1000);
  const name = displayName(peer);
  const changed = pendingWords(message.pending, name).trim();
  return (
    <Dialog title="Details of this message" onClose={onClose} className="max-w-md">
      <div className="flex flex-col gap-4 overflow-y-auto px-5 pb-5">
        <ol aria-label="How far it got" className="flex flex-col">
          {lifeOf(message, name, receipts).map((step) => (
            <Step key={step.title} step={step} />
          ))}
        </ol>
        {(message.edited_at !== null || changed !== "") && (
          <p className="text-13 text-ink-2">
            {message.edited_at !== null && `Edited ${fullTime(message.edited_at)}, by its writer’s clock. `}
            {changed}
          </p>
        )}
        {message.lives_for !== null && <p className="text-13 text-ink-2">{endWords(message, now)}</p>}
        {message.mine && (
          <p className="text-12 text-ink-3">
            Each step is shown once it was confirmed. When that was is not kept for the steps without a time.
          </p>
        )}
        <CopyDetail
          detail={`message ${message.id} · author ${message.author ?? "–"} · place ${message.order.join(" ")} · ${message.bytes.toString()} bytes`}
        />
      </div>
    </Dialog>
  );
}

function Step({ step: { title, time, proof, state } }: { readonly step: LifeStep }) {
  return (
    <li className="flex gap-3">
      <span aria-hidden className="flex flex-col items-center [li:last-child>&>span:last-child]:hidden">
        <span
          className={classes(
            "mt-0.5 flex size-5 items-center justify-center rounded-round border",
            state === "done" ? "border-green bg-green-soft text-green-ink" : "border-line-strong text-ink-3",
            state === "waits" && "!border-amber !text-amber-ink",
          )}
        >
          {state === "done" ? <Check size={12} /> : <Circle size={6} fill="currentColor" />}
        </span>
        <span className="my-1 w-px flex-1 bg-line" />
      </span>
      <div className="min-w-0 flex-1 pb-3">
        <p className={classes("text-15", state === "later" && "text-ink-3")}>
          {title}
          <span className="sr-only">{state === "done" ? ", done" : ", not yet"}</span>
        </p>
        {time !== null && <p className="text-12 text-ink-3 tabular-nums">{fullTime(time)}</p>}
        {proof !== "" && <p className="text-13 text-ink-2">{proof}</p>}
      </div>
    </li>
  );
}
