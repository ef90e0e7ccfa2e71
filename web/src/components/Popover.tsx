/** More about the thing that was pressed; it goes with Esc or a press elsewhere, and gives the focus back. */
import { Slot } from "radix-ui";
import type { ReactNode } from "react";
import { useId, useRef } from "react";

import { popoverContent, useWasOpen } from "./floating";
import { Later } from "./Later";
import { NotOpened } from "./NotOpened";

interface Props {
  readonly label: string;
  readonly trigger: ReactNode;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly side?: "top" | "bottom";
  /** In place of the focus going back to the button. */
  readonly onClosed?: (() => void) | undefined;
  readonly className?: string;
  /** Null: it opens elsewhere. */
  readonly children: ReactNode;
}

export function Popover({
  label,
  trigger,
  open,
  onOpen,
  side = "bottom",
  onClosed,
  className = "w-80 max-w-[calc(100vw-1rem)] p-4",
  children,
}: Props) {
  const wasOpen = useWasOpen(open);
  const button = useRef<HTMLElement>(null);
  const id = useId();
  return (
    <>
      <Slot.Root
        ref={button}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-state={open ? "open" : "closed"}
        onClick={() => {
          onOpen(!open);
        }}
      >
        {trigger}
      </Slot.Root>
      {wasOpen && children !== null && (
        <Later
          load={popoverContent}
          of={{ id, label, button, open, onOpen, side, onClosed, className, children }}
          failed={(said) => open && <NotOpened>{said}</NotOpened>}
        />
      )}
    </>
  );
}
