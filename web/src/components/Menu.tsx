/** A short list of actions that belongs to the button that opens it. */
import { Slot } from "radix-ui";
import type { KeyboardEvent, PointerEvent, ReactNode } from "react";
import { useId, useRef, useState } from "react";

import { menuContent, useWasOpen } from "./floating";
import { Later } from "./Later";
import type { MenuCheckProps, MenuItemProps } from "./menuParts";
import { useMenuParts } from "./menuParts";
import { NotOpened } from "./NotOpened";

interface MenuProps {
  readonly trigger: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly side?: "top" | "right" | "bottom" | "left";
  readonly children: ReactNode;
}

export function Menu({ trigger, align = "end", side = "bottom", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const wasOpen = useWasOpen(open);
  const [byKey, setByKey] = useState(false);
  const button = useRef<HTMLElement>(null);
  const buttonId = useId();
  const id = useId();
  const press = (event: PointerEvent) => {
    if (event.button !== 0 || event.ctrlKey) return;
    setByKey(false);
    setOpen(!open);
    // The menu is what gets the focus.
    if (!open) event.preventDefault();
  };
  const key = (event: KeyboardEvent) => {
    if (!["Enter", " ", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    setByKey(true);
    setOpen(event.key === "ArrowDown" || !open);
  };
  return (
    <>
      <Slot.Root
        ref={button}
        id={buttonId}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-state={open ? "open" : "closed"}
        onPointerDown={press}
        onKeyDown={key}
      >
        {trigger}
      </Slot.Root>
      {wasOpen && (
        <Later
          load={menuContent}
          of={{ id, button, buttonId, byKey, open, onOpen: setOpen, align, side, children }}
          failed={(said) => open && <NotOpened>{said}</NotOpened>}
        />
      )}
    </>
  );
}

export function MenuItem(props: MenuItemProps) {
  const { Item } = useMenuParts();
  return <Item {...props} />;
}

export function MenuCheck(props: MenuCheckProps) {
  const { Check } = useMenuParts();
  return <Check {...props} />;
}

export function MenuNote({ children }: { readonly children: ReactNode }) {
  const { Note } = useMenuParts();
  return <Note>{children}</Note>;
}

export function MenuLine() {
  const { Line } = useMenuParts();
  return <Line />;
}
