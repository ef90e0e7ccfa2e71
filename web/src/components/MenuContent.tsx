/** An open menu, and what stands in it. */
import { DropdownMenu } from "radix-ui";
import type { ReactNode, RefObject } from "react";
import { useCallback } from "react";

import { classes } from "./classes";
import { useLayer } from "./layer";
import type { MenuCheckProps, MenuItemProps } from "./menuParts";
import { MenuPartsContext } from "./menuParts";
import { StandIn } from "./StandIn";

interface Props {
  readonly id: string;
  readonly button: RefObject<HTMLElement | null>;
  readonly buttonId: string;
  /** Whether it was opened with the keyboard. */
  readonly byKey: boolean;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly align: "start" | "center" | "end";
  readonly side: "top" | "right" | "bottom" | "left";
  readonly children: ReactNode;
}

export function MenuContent({ id, button, buttonId, byKey, open, onOpen, align, side, children }: Props) {
  const layer = useLayer();
  // The library has not seen the key that was pressed before it was there.
  const begin = useCallback(
    (content: HTMLElement | null) => {
      if (byKey)
        content?.querySelector<HTMLElement>("[data-radix-collection-item]")?.focus({ preventScroll: true });
    },
    [byKey],
  );
  return (
    // Not modal: the page behind stays readable, and nothing is injected into it.
    <DropdownMenu.Root open={open} onOpenChange={onOpen} modal={false}>
      <DropdownMenu.Trigger asChild>
        <StandIn of={button} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={layer}>
        <DropdownMenu.Content
          ref={begin}
          id={id}
          aria-labelledby={buttonId}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="motion-rise z-50 max-w-80 min-w-52 rounded-card border border-line bg-raised p-1 shadow-float"
        >
          <InMenu>{children}</InMenu>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function InMenu({ children }: { readonly children: ReactNode }) {
  return <MenuPartsContext value={PARTS}>{children}</MenuPartsContext>;
}

const PARTS = { Item, Check, Note, Line };

function Item({ icon, danger = false, onSelect, children }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className={classes(
        "flex h-8 cursor-pointer items-center gap-2.5 rounded-control px-2.5 text-13 outline-none",
        "data-[highlighted]:bg-hover",
        danger ? "text-red-ink" : "text-ink",
      )}
    >
      {icon !== undefined && <span className="text-current opacity-80">{icon}</span>}
      {children}
    </DropdownMenu.Item>
  );
}

function Check({ checked, onChange, children }: MenuCheckProps) {
  return (
    <DropdownMenu.CheckboxItem
      checked={checked}
      onCheckedChange={onChange}
      className="flex h-8 cursor-pointer items-center gap-2.5 rounded-control px-2.5 text-13 outline-none data-[highlighted]:bg-hover"
    >
      <span aria-hidden className="w-4 text-center text-accent-ink">
        {checked ? "✓" : ""}
      </span>
      {children}
    </DropdownMenu.CheckboxItem>
  );
}

function Note({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 py-1.5 text-12 text-ink-3">{children}</DropdownMenu.Label>;
}

function Line() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
