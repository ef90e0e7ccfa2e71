/** A menu at the place that was pressed, as a right click or the menu key asks for it. */
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import { useLayer } from "./layer";
import type { MenuPlace } from "./placeOf";

interface Props {
  readonly at: MenuPlace;
  /** What the menu is of. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function MenuAt({ at, label, onClose, children }: Props) {
  const layer = useLayer();
  return (
    <DropdownMenu.Root
      open
      modal={false}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          tabIndex={-1}
          aria-label={label}
          className="pointer-events-none fixed size-px opacity-0"
          style={{ left: at.x, top: at.y }}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={layer}>
        <DropdownMenu.Content
          aria-label={label}
          align="start"
          sideOffset={2}
          collisionPadding={8}
          className="motion-rise z-50 max-w-80 min-w-52 rounded-card border border-line bg-raised p-1 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
