/** Several messages at once: a box at each, and a bar with what can be done with those that are chosen. */
import { Copy, Forward, Trash2, X } from "lucide-react";
import type { RefObject } from "react";
import { memo, useEffect, useMemo, useState } from "react";
import { createPortal } from "react-dom";

import type { MessageView } from "../../../api/generated";
import { Button, IconButton } from "../../../components/Button";
import { useWorkspace } from "../../../state/context";
import { compareOrder } from "../../../state/timeline";
import { quotedLine } from "../../../words/previews";
import { idOf } from "./rows";
import { hasText } from "./actionsOf";
import { ROW } from "./useActing";

/** As many as one request deletes. */
const MOST = 200;

export interface Selection {
  /** In the order in which they stand; null while nothing is being selected. */
  readonly chosen: readonly MessageView[] | null;
  readonly has: (id: string) => boolean;
  readonly toggle: (message: MessageView) => void;
  readonly end: () => void;
}

export function useSelection(scroller: RefObject<HTMLElement | null>, conversation: string): Selection {
  const [chosen, setChosen] = useState<ReadonlyMap<string, MessageView> | null>(null);
  const messages = useWorkspace(({ timelines }) =>
    chosen === null ? undefined : timelines.get(conversation)?.messages,
  );
  // As they are now; what was scrolled far away is as it was when it was chosen.
  const now = useMemo(() => {
    if (chosen === null) return null;
    const fresh = new Map(messages?.map((message) => [message.id, message]));
    return [...chosen.values()]
      .map((message) => fresh.get(message.id) ?? message)
      .toSorted((a, b) => compareOrder(a.order, b.order));
  }, [chosen, messages]);
  const active = chosen !== null;
  useEffect(() => {
    if (!active) return;
    const keyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]") !== null)
        return;
      event.preventDefault();
      setChosen(null);
      scroller.current?.focus({ preventScroll: true });
    };
    // Before the list hears of it: there Esc leads back to the composer.
    window.addEventListener("keydown", keyDown, { capture: true });
    return () => {
      window.removeEventListener("keydown", keyDown, { capture: true });
    };
  }, [active, scroller]);
  return {
    chosen: now,
    has: (id) => chosen?.has(id) ?? false,
    toggle: (message) => {
      setChosen((before) => {
        const after = new Map(before);
        if (!after.delete(message.id) && after.size < MOST) after.set(message.id, message);
        return after;
      });
    },
    end: () => {
      setChosen(null);
    },
  };
}

export function SelectBoxes({
  scroller,
  conversation,
  selection,
}: {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly conversation: string;
  readonly selection: Selection;
}) {
  const messages = useWorkspace(({ timelines }) => timelines.get(conversation)?.messages);
  const [rows, setRows] = useState<readonly HTMLElement[]>([]);
  const known = new Map(messages?.map((message) => [message.id, message]));
  useEffect(() => {
    // Once what is there now has been drawn.
    const frame = requestAnimationFrame(() => {
      setRows([...(scroller.current?.querySelectorAll<HTMLElement>(ROW) ?? [])]);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [scroller, messages]);
  return rows.map((row) => {
    const message = known.get(idOf(row));
    return message === undefined
      ? null
      : createPortal(
          <SelectBox message={message} checked={selection.has(message.id)} onToggle={selection.toggle} />,
          row,
          message.id,
        );
  });
}

const SelectBox = memo(
  function SelectBox({
    message,
    checked,
    onToggle,
  }: {
    readonly message: MessageView;
    readonly checked: boolean;
    readonly onToggle: (message: MessageView) => void;
  }) {
    return (
      // All of the message chooses it; what is in it is not pressed meanwhile.
      <label className="select-box absolute inset-y-0 right-[-1.125rem] left-0 z-10 flex cursor-pointer items-start justify-end rounded-control pointer-coarse:right-[-1rem] pointer-coarse:items-center pointer-coarse:pr-3.5 has-checked:bg-[color-mix(in_oklch,var(--accent)_16%,transparent)]">
        <input
          type="checkbox"
          aria-label={`Select: ${quotedLine(message)}`}
          checked={checked}
          onChange={() => {
            onToggle(message);
          }}
          className="mt-1 size-4 accent-(--accent) pointer-coarse:mt-0"
        />
      </label>
    );
  },
  (before, now) => before.message === now.message && before.checked === now.checked,
);

export function SelectionBar({
  chosen,
  onCopy,
  onForward,
  onDelete,
  onEnd,
}: {
  readonly chosen: readonly MessageView[];
  readonly onCopy: () => void;
  readonly onForward: () => void;
  readonly onDelete: () => void;
  readonly onEnd: () => void;
}) {
  const none = chosen.length === 0;
  const said = chosen.some(hasText);
  return (
    <div
      role="toolbar"
      aria-label="Selected messages"
      className="motion-appear absolute top-3 left-1/2 z-20 flex w-max max-w-[calc(100%-1rem)] -translate-x-1/2 flex-wrap items-center gap-1 rounded-card border border-line bg-raised py-1 pr-1 pl-3.5 text-13 shadow-float"
    >
      <p role="status" className="pr-2 font-medium tabular-nums">
        {chosen.length === MOST
          ? `${MOST.toString()} selected, as many as can be`
          : `${chosen.length.toString()} selected`}
      </p>
      <Button
        size="small"
        kind="quiet"
        disabled={!said}
        icon={<Copy size={14} aria-hidden className="max-tablet:hidden" />}
        onClick={onCopy}
      >
        Copy
      </Button>
      <Button
        size="small"
        kind="quiet"
        disabled={!said}
        icon={<Forward size={15} aria-hidden className="max-tablet:hidden" />}
        onClick={onForward}
      >
        Forward
      </Button>
      <Button
        size="small"
        kind="danger-quiet"
        disabled={none}
        icon={<Trash2 size={14} aria-hidden className="max-tablet:hidden" />}
        onClick={onDelete}
      >
        Delete
      </Button>
      <IconButton
        label="Stop selecting"
        shortcut="Esc"
        className="!size-7"
        icon={<X size={15} aria-hidden />}
        onClick={onEnd}
      />
    </div>
  );
}
