/** A few words about the thing under the pointer or the focus. */
import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";

import { useLayer } from "./layer";

interface Props {
  readonly text: ReactNode;
  readonly shortcut?: string;
  readonly side?: "top" | "right" | "bottom" | "left";
  readonly align?: "start" | "center" | "end";
  readonly children: ReactNode;
}

export function Tooltip({ text, shortcut, side = "top", align = "center", children }: Props) {
  const layer = useLayer();
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="motion-appear z-50 max-w-72 rounded-control bg-ink px-2.5 py-1.5 text-12 text-surface shadow-float"
        >
          {text}
          {shortcut !== undefined && <kbd className="ml-2 font-sans opacity-70">{shortcut}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={350} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}
