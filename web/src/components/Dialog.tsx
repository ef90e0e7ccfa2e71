/** A layer above everything else: the browser's own dialog traps the focus, gives it back, and closes on Esc. */
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useCallback, useEffect, useId, useRef, useState } from "react";

import { IconButton } from "./Button";
import { classes } from "./classes";
import { LayerContext } from "./layer";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** The title is for screen readers only. */
  readonly bare?: boolean;
  readonly className?: string;
}

export function Dialog({ title, onClose, children, bare = false, className }: Props) {
  const element = useRef<HTMLDialogElement | null>(null);
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  const titleId = useId();

  const attach = useCallback((dialog: HTMLDialogElement | null) => {
    element.current = dialog;
    setLayer(dialog);
  }, []);

  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    if (dialog !== null && !dialog.open) {
      dialog.showModal();
      // Where one types, if there is such a place; a touch screen would cover half of the dialog with its keyboard.
      const field = matchMedia("(pointer: fine)").matches ? dialog.querySelector("input") : null;
      (field ?? dialog).focus();
    }
    return () => {
      dialog?.close();
      // React may have removed it before the browser could hand the focus back.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    // A press on the backdrop is a press on the dialog itself; Esc does the same for keyboards.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={attach}
      aria-labelledby={titleId}
      tabIndex={-1}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        // A tooltip that is open would keep the key from the browser; the dialog is what one means to leave.
        if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
        event.stopPropagation();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
      className={classes(
        "motion-rise m-auto max-h-[min(100dvh,44rem)] w-full max-w-lg overflow-hidden rounded-card border border-line bg-raised p-0 shadow-float focus-visible:outline-none",
        "max-tablet:mb-0 max-tablet:max-w-none max-tablet:rounded-b-none",
        className,
      )}
    >
      <LayerContext value={layer}>
        <div className="flex max-h-[inherit] flex-col">
          <header className={bare ? "sr-only" : "flex items-center gap-2 py-3 pr-3 pl-5"}>
            <h2 id={titleId} className="min-w-0 flex-1 truncate text-18 font-bold">
              {title}
            </h2>
            {!bare && <IconButton label="Close" icon={<X size={18} aria-hidden />} onClick={onClose} />}
          </header>
          {children}
        </div>
      </LayerContext>
    </dialog>
  );
}
