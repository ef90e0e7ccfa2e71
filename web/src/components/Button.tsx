/** What one can press. One primary per screen at most; everything else is quieter. */
import type { ComponentProps, ReactNode } from "react";

import { classes } from "./classes";
import { Tooltip } from "./Tooltip";

export type ButtonKind = "primary" | "soft" | "secondary" | "quiet" | "danger" | "danger-quiet";

/** A border that nobody sees is drawn where colours are the system's own: else a button is a word there. */
const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: "border border-transparent bg-accent text-on-accent hover:bg-accent-hover",
  soft: "border border-transparent bg-accent-soft text-accent-ink hover:bg-accent hover:text-on-accent",
  secondary: "bg-raised text-ink border border-line hover:bg-hover",
  quiet: "text-ink-2 hover:bg-hover hover:text-ink",
  danger: "border border-transparent bg-red text-on-red hover:bg-red-hover",
  "danger-quiet": "text-red-ink hover:bg-red-soft",
};

const SIZES = {
  small: "h-7 px-2.5 text-13 gap-1.5",
  medium: "h-9 px-3.5 text-13 gap-2",
  large: "h-11 px-5 text-15 gap-2",
} as const;

interface ButtonProps extends ComponentProps<"button"> {
  readonly kind?: ButtonKind;
  readonly size?: keyof typeof SIZES;
  readonly icon?: ReactNode;
  /** Keeps its width and says so to screen readers; a second press does nothing. */
  readonly busy?: boolean;
}

export function Button({
  kind = "secondary",
  size = "medium",
  icon,
  busy = false,
  className,
  children,
  disabled,
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      // Not `disabled`: that would take the focus away from who presses it with the keyboard.
      aria-disabled={busy || undefined}
      disabled={disabled}
      className={classes(
        "inline-flex shrink-0 items-center justify-center rounded-control font-medium whitespace-nowrap select-none",
        "transition-colors duration-100 disabled:opacity-55 aria-busy:opacity-55",
        KINDS[kind],
        SIZES[size],
        className,
      )}
      {...rest}
      onClick={
        busy
          ? (event) => {
              event.preventDefault();
            }
          : onClick
      }
    >
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** The accessible name, and what the tooltip says. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly shortcut?: string;
  readonly side?: "top" | "right" | "bottom" | "left";
  /** As of a Button. */
  readonly busy?: boolean;
}

export function IconButton({
  label,
  icon,
  shortcut,
  side,
  busy = false,
  className,
  onClick,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip
      text={label}
      {...(shortcut === undefined ? {} : { shortcut })}
      {...(side === undefined ? {} : { side })}
    >
      <button
        type="button"
        aria-label={label}
        aria-busy={busy || undefined}
        aria-disabled={busy || undefined}
        className={classes(
          "inline-flex size-9 shrink-0 items-center justify-center rounded-control text-ink-2",
          "transition-colors duration-100 hover:bg-hover hover:text-ink aria-pressed:bg-hover aria-pressed:text-ink",
          "disabled:opacity-45 aria-busy:opacity-45",
          className,
        )}
        {...rest}
        onClick={busy ? undefined : onClick}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
