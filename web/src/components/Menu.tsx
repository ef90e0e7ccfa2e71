/** A short list of actions that belongs to the button that opens it. */
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import { classes } from "./classes";
import { useLayer } from "./layer";

interface MenuProps {
  readonly trigger: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly side?: "top" | "right" | "bottom" | "left";
  readonly children: ReactNode;
}

export function Menu({ trigger, align = "end", side = "bottom", children }: MenuProps) {
  const layer = useLayer();
  return (
    // Not modal: the page behind stays readable, and nothing is injected into it.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={layer}>
        <DropdownMenu.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="motion-rise z-50 max-w-80 min-w-52 rounded-card border border-line bg-raised p-1 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

export function MenuItem({ icon, danger = false, onSelect, children }: ItemProps) {
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

export function MenuCheck({
  checked,
  onChange,
  children,
}: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}) {
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

export function MenuNote({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 py-1.5 text-12 text-ink-3">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
