/** More about the thing that was pressed; it goes with Esc or a press elsewhere, and gives the focus back. */
import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";

import { useLayer } from "./layer";

interface Props {
  readonly label: string;
  readonly trigger: ReactNode;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly children: ReactNode;
}

export function Popover({ label, trigger, open, onOpen, children }: Props) {
  const layer = useLayer();
  return (
    <Radix.Root open={open} onOpenChange={onOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          aria-label={label}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="motion-rise z-50 w-80 max-w-[calc(100vw-1rem)] rounded-card border border-line bg-raised p-4 shadow-float focus-visible:outline-none"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
