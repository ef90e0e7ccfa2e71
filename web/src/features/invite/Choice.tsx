/** One of a few, side by side. */
import { useId } from "react";

interface Props {
  readonly legend: string;
  readonly options: readonly (readonly [value: number, words: string])[];
  readonly chosen: number;
  readonly onChoose: (value: number) => void;
}

export function Choice({ legend, options, chosen, onChoose }: Props) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1.5 text-13 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map(([value, words]) => (
          <label
            key={value}
            className="flex h-9 cursor-pointer items-center rounded-control border border-line-strong px-3.5 text-13 has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={chosen === value}
              onChange={() => {
                onChoose(value);
              }}
            />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
