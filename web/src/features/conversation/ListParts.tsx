/** The parts of the message list, each drawn by its kind. */
import { memo } from "react";

import type { Reason } from "../../api/generated";
import { Button } from "../../components/Button";
import { useNow } from "../../state/context";
import { lineOf, saidIn } from "../../words/previews";
import { dayName } from "../../words/times";
import { beginningOf } from "../../text/bounded";
import type { ListItem } from "./listItems";
import type { Author } from "./MessageGroup";
import { MessageGroup } from "./MessageGroup";

/** Drawn anew when it is another item, not whenever something about the conversation changed. */
export const Item = memo(function Item({
  item,
  me,
  them,
  peerName,
  waitsFor,
}: {
  readonly item: ListItem;
  readonly waitsFor: Reason | null;
  readonly me: Author;
  readonly them: Author;
  readonly peerName: string;
}) {
  switch (item.kind) {
    case "day":
      return <Day time={item.time} />;
    case "new":
      return (
        <li data-new-line className="flex items-center gap-3 px-4 pt-4 tablet:px-6">
          <span aria-hidden className="h-px flex-1 bg-accent" />
          <span className="text-12 font-medium text-accent-ink">New messages</span>
          <span aria-hidden className="h-px flex-1 bg-accent" />
        </li>
      );
    case "gap":
      return (
        <li className="flex items-center gap-3 px-4 pt-4 tablet:px-6">
          <span aria-hidden className="h-px flex-1 border-t border-dashed border-line" />
          <span className="text-12 text-ink-3">Messages between are not loaded yet</span>
          <span aria-hidden className="h-px flex-1 border-t border-dashed border-line" />
        </li>
      );
    case "note":
      return (
        <li
          data-message={item.message.id}
          className="px-6 pt-4 text-center text-12 wrap-anywhere whitespace-pre-wrap text-ink-3"
        >
          {beginningOf(lineOf(item.message, peerName) ?? saidIn(item.message))}
        </li>
      );
    case "group":
      return (
        <MessageGroup
          group={item}
          author={item.mine ? me : them}
          peerName={peerName}
          waitsFor={item.mine ? waitsFor : null}
        />
      );
  }
});

function Day({ time }: { readonly time: number }) {
  const now = useNow(600_000);
  return (
    <li className="flex items-center gap-3 px-4 pt-5 pb-1 tablet:px-6">
      <span aria-hidden className="h-px flex-1 bg-line" />
      <span className="text-12 font-medium text-ink-3">{dayName(time, now)}</span>
      <span aria-hidden className="h-px flex-1 bg-line" />
    </li>
  );
}

export function Beginning({
  name,
  empty,
  writable,
  notes,
}: {
  readonly name: string;
  readonly empty: boolean;
  readonly writable: boolean;
  /** To oneself. */
  readonly notes: boolean;
}) {
  if (notes)
    return (
      <li className="px-4 pt-8 pb-2 text-13 text-ink-3 tablet:px-6">
        {empty && (
          <p role="status" className="text-15 text-ink-2">
            Write down what only you should read.
          </p>
        )}
        <p>Notes to yourself stay on this computer, in its encrypted database. Nobody else gets them.</p>
      </li>
    );
  return (
    <li className="px-4 pt-8 pb-2 text-13 text-ink-3 tablet:px-6">
      {empty ? (
        <p role="status" className="overflow-clip text-15 [overflow-wrap:anywhere] text-ink-2">
          No messages yet.{" "}
          {writable && (
            <>
              Say hello to <bdi>{name}</bdi>.
            </>
          )}
        </p>
      ) : (
        <p className="overflow-clip [overflow-wrap:anywhere]">
          This is where your conversation with <bdi>{name}</bdi> begins.
        </p>
      )}
      <p>Only your devices and theirs can read what is said here.</p>
    </li>
  );
}

export function LoadingOlder() {
  return (
    <li aria-label="Loading older messages" className="flex gap-3 px-4 pt-6 tablet:px-6">
      <span className="skeleton still size-8 !rounded-round" />
      <span className="flex flex-1 flex-col gap-2">
        <span className="skeleton still h-3 w-28" />
        <span className="skeleton still h-4 w-2/3" />
      </span>
    </li>
  );
}

export function PageFailed({ which, onRetry }: { readonly which: string; readonly onRetry: () => void }) {
  return (
    <li role="alert" className="flex flex-wrap items-center gap-3 px-4 pt-6 text-13 text-ink-2 tablet:px-6">
      <span>{which} messages could not be read. They are still there.</span>
      <Button size="small" onClick={onRetry}>
        Try again
      </Button>
    </li>
  );
}
