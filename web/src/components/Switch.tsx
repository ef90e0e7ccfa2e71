/** On or off, at once. The note says what it means. */
import { useId } from "react";
import type { ReactNode } from "react";

interface Props {
  readonly label: string;
  readonly note?: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  /** What it was set to is on its way: a press does nothing, and the focus stays. */
  readonly busy?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, note, checked, disabled = false, busy = false, onChange }: Props) {
  const id = useId();
  return (
    <div className="flex items-start gap-4 py-3 compact:py-2">
      <div className="min-w-0 flex-1">
        <label htmlFor={id} className="text-15 font-medium">
          {label}
        </label>
        {note !== undefined && (
          <p id={`${id}-note`} className="text-13 text-ink-2">
            {note}
          </p>
        )}
      </div>
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={checked}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        disabled={disabled}
        aria-busy={busy || undefined}
        aria-disabled={busy || undefined}
        onClick={() => {
          if (!busy) onChange(!checked);
        }}
        className="relative mt-0.5 h-6 w-10 shrink-0 rounded-round border border-line-strong bg-hover transition-colors duration-150 disabled:opacity-50 aria-busy:opacity-50 aria-checked:border-accent aria-checked:bg-accent"
      >
        <span
          aria-hidden
          data-on={checked}
          className="absolute top-[3px] left-[3px] size-4 rounded-round bg-line-strong transition-transform duration-150 data-[on=true]:translate-x-4 data-[on=true]:bg-on-accent"
        />
      </button>
    </div>
  );
}
