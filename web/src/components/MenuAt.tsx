/** A menu at the place that was pressed, as a right click or the menu key asks for it. */
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import { classes } from "./classes";
import { useLayer } from "./layer";
import { InMenu } from "./MenuContent";
import type { MenuPlace } from "./placeOf";

interface Props {
  readonly at: MenuPlace;
  /** What the menu is of. */
  readonly label: string;
  readonly onClose: () => void;
  /** Where it is put, other than where floating things are. */
  readonly layer?: HTMLElement | null;
  /** In place of the focus going back to where the menu was opened. */
  readonly onClosed?: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}

export function MenuAt({ at, label, onClose, layer, onClosed, className = "min-w-52", children }: Props) {
  const usual = useLayer();
  return (
    // Not modal: the page behind stays readable, and nothing is injected into it.
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
      <DropdownMenu.Portal container={layer ?? usual}>
        <DropdownMenu.Content
          aria-label={label}
          align="start"
          sideOffset={2}
          collisionPadding={8}
          onCloseAutoFocus={
            onClosed &&
            ((event) => {
              event.preventDefault();
              onClosed();
            })
          }
          className={classes(
            "motion-rise z-50 max-w-80 rounded-card border border-line bg-raised p-1 shadow-float",
            className,
          )}
        >
          <InMenu>{children}</InMenu>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
