/** One message: its text, when, and how far it got. */
import { ClockArrowUp, Timer } from "lucide-react";
import { memo, useState } from "react";

import type { MessageView, Reason } from "../../api/generated";
import { Later } from "../../components/Later";
import { classes } from "../../components/classes";
import type { GlyphStatus } from "../../components/StatusGlyph";
import { StatusGlyph, statusName } from "../../components/StatusGlyph";
import { Tooltip } from "../../components/Tooltip";
import { saidIn } from "../../words/previews";
import { sentenceOf } from "../../words/reasons";
import { clockTime, fullTime, isoTime } from "../../words/times";
import { EditedMark, Reactions, ReplyQuote } from "./MessageChanges";
import { MessageText } from "./MessageText";

const messagePreview = async () => (await import("./previews/MessagePreview")).default;

interface Props {
  readonly message: MessageView;
  readonly peerName: string;
  readonly showGlyph: boolean;
  readonly last: boolean;
  /** What the whole conversation waits for: the server, or the other one. */
  readonly waitsFor: Reason | null;
}

export const MessageRow = memo(function MessageRow({ message, peerName, showGlyph, last, waitsFor }: Props) {
  const reason = reasonOf(message, waitsFor);
  const [approached, setApproached] = useState(false);
  return (
    <li
      data-message={message.id}
      // Where a jump leads, and where the arrow keys go.
      tabIndex={-1}
      onPointerEnter={() => {
        setApproached(true);
      }}
      className={classes(
        "group/row relative flex items-end gap-2 py-0.5 compact:py-0",
        message.mine && "px-3",
      )}
    >
      <div className="min-w-0 flex-1">
        {message.reply !== null && (
          <ReplyQuote reply={message.reply} conversation={message.conversation} peerName={peerName} />
        )}
        <MessageText text={saidIn(message)} aside={message.text === null || message.deleted} />
        {message.preview !== null && message.text !== null && (
          // As high as it will be.
          <Later
            load={messagePreview}
            of={{ text: message.text, preview: message.preview }}
            waiting={<div className={message.preview.description === "" ? "h-15.5" : "h-20"} />}
            failed={() => null}
          />
        )}
        {message.edited_at !== null && <EditedMark message={message} peerName={peerName} />}
        {message.reactions.length > 0 && <Reactions message={message} peerName={peerName} />}
        {message.arrived_late && <LateMark message={message} />}
        {showGlyph && reason !== null && (
          <p className="pt-0.5 pb-1 text-12 text-pretty text-ink-2">
            {sentenceOf(reason, { peer: peerName, waiting: true })}
          </p>
        )}
      </div>
      <span
        className={classes(
          "flex h-[1.36rem] shrink-0 items-center gap-1.5",
          !last && !showGlyph && "max-tablet:hidden",
        )}
      >
        {/* When it does is in its details. */}
        {message.lives_for !== null && (
          <Timer size={12} role="img" aria-label="Disappears" className="shrink-0 text-ink-3" />
        )}
        <time
          dateTime={isoTime(message.shown_at)}
          title={fullTime(message.shown_at)}
          className={classes(
            "text-12 tabular-nums",
            // Not by opacity: a layer for each row of a long conversation would cost every frame.
            last
              ? "text-ink-3"
              : "text-transparent group-focus-within/row:text-ink-3 group-hover/row:text-ink-3",
          )}
        >
          {clockTime(message.shown_at)}
        </time>
        {message.mine && message.status !== "received" && (
          <Status
            message={message}
            reason={reason}
            peerName={peerName}
            shown={showGlyph}
            explained={approached}
          />
        )}
      </span>
    </li>
  );
});

function Status({
  message,
  reason,
  peerName,
  shown,
  explained,
}: {
  readonly message: MessageView;
  readonly reason: Reason | null;
  readonly peerName: string;
  readonly shown: boolean;
  /** Only where somebody points at the row: explanations for every row would be half of what drawing them costs. */
  readonly explained: boolean;
}) {
  const status: GlyphStatus = needsYou(message)
    ? "needs-you"
    : message.status === "received"
      ? "sent"
      : message.status;
  const glyph = (
    <span
      data-status={message.status}
      className={classes("inline-flex", !shown && "opacity-0 group-hover/row:opacity-100")}
    >
      <StatusGlyph status={status} />
    </span>
  );
  if (!explained) return glyph;
  return (
    <Tooltip text={statusSentence(reason, status, peerName)} align="end">
      {glyph}
    </Tooltip>
  );
}

function LateMark({ message }: { readonly message: MessageView }) {
  return (
    <Tooltip
      text={`Written ${fullTime(message.written_at)}, arrived ${fullTime(message.arrived_at)}. It stands where it was written.`}
      align="start"
    >
      <span className="inline-flex items-center gap-1 text-12 text-amber-ink">
        <ClockArrowUp size={13} aria-hidden />
        Arrived late, at {clockTime(message.arrived_at)}
      </span>
    </Tooltip>
  );
}

/** The service says why a message is queued; since when, and that a sent one waits, follows from who is there. */
function reasonOf({ mine, status, reason }: MessageView, waitsFor: Reason | null): Reason | null {
  if (!mine || waitsFor === null) return reason;
  const waits =
    status === "sent" ? reason === null && waitsFor.code === "peer_offline" : reason?.code === waitsFor.code;
  return waits ? waitsFor : reason;
}

function needsYou({ status, reason }: MessageView): boolean {
  return status === "queued" && reason?.acts === "user";
}

function statusSentence(reason: Reason | null, status: GlyphStatus, peer: string): string {
  if (reason !== null) return `${statusName(status)}. ${sentenceOf(reason, { peer, waiting: true })}`;
  switch (status) {
    case "queued":
      return "Queued: written down here, on its way.";
    case "sent":
      return "Sent: the server has it, sealed, on its disk.";
    case "delivered":
      return `Delivered: ${peer}’s device has it on its disk.`;
    case "read":
      return `Read: it was on ${peer}’s screen.`;
    default:
      return statusName(status);
  }
}
