/** What is said where the code of a menu or popover does not come; another press on its button puts it away. */
import type { ReactNode } from "react";
import { createPortal } from "react-dom";

import { useLayer } from "./layer";

export function NotOpened({ children }: { readonly children: ReactNode }) {
  return createPortal(
    <div className="fixed inset-x-4 bottom-4 z-50 mx-auto max-w-sm rounded-card border border-line bg-raised p-4 shadow-float">
      {children}
    </div>,
    useLayer() ?? document.body,
  );
}
