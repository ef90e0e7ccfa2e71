/** One of a few, side by side in one frame; on a narrow screen below its words. */
import { useId } from "react";
import type { ReactNode } from "react";

interface Props<Value extends string> {
  readonly label: string;
  readonly note?: ReactNode;
  readonly options: readonly (readonly [value: Value, words: string])[];
  readonly chosen: Value;
  /** What was chosen is on its way: another choice does nothing, and the focus stays. */
  readonly busy?: boolean;
  readonly onChoose: (value: Value) => void;
}

export function Segments<Value extends string>({
  label,
  note,
  options,
  chosen,
  busy = false,
  onChoose,
}: Props<Value>) {
  const id = useId();
  return (
    <fieldset className="py-3 compact:py-2" aria-describedby={note === undefined ? undefined : `${id}-note`}>
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <span aria-hidden className="text-15 font-medium">
            {label}
          </span>
          {note !== undefined && (
            <p id={`${id}-note`} className="text-13 text-ink-2">
              {note}
            </p>
          )}
        </div>
        <div className="flex max-w-full flex-wrap rounded-control border border-line-strong p-0.5">
          {options.map(([value, words]) => (
            <label
              key={value}
              className="relative cursor-pointer rounded-[4px] px-3 py-1 text-13 whitespace-nowrap has-checked:bg-accent has-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus has-aria-disabled:cursor-default has-aria-disabled:opacity-50"
            >
              <input
                type="radio"
                name={id}
                className="sr-only"
                checked={chosen === value}
                aria-disabled={busy || undefined}
                onChange={() => {
                  if (!busy) onChoose(value);
                }}
              />
              {words}
            </label>
          ))}
        </div>
      </div>
    </fieldset>
  );
}
