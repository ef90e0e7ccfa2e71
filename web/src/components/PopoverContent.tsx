/** An open popover. */
import { Popover } from "radix-ui";
import type { ReactNode, RefObject } from "react";

import { classes } from "./classes";
import { useLayer } from "./layer";
import { StandIn } from "./StandIn";

interface Props {
  readonly id: string;
  readonly label: string;
  readonly button: RefObject<HTMLElement | null>;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly side: "top" | "bottom";
  readonly onClosed: (() => void) | undefined;
  readonly className: string;
  readonly children: ReactNode;
}

export function PopoverContent({
  id,
  label,
  button,
  open,
  onOpen,
  side,
  onClosed,
  className,
  children,
}: Props) {
  const layer = useLayer();
  return (
    <Popover.Root open={open} onOpenChange={onOpen}>
      <Popover.Trigger asChild>
        <StandIn of={button} />
      </Popover.Trigger>
      <Popover.Portal container={layer}>
        <Popover.Content
          id={id}
          aria-label={label}
          align="end"
          side={side}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (onClosed === undefined) return;
            event.preventDefault();
            onClosed();
          }}
          className={classes(
            "motion-rise z-50 rounded-card border border-line bg-raised shadow-float focus-visible:outline-none",
            className,
          )}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
