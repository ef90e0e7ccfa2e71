/** A labelled input with advice below it, or with what is wrong. */
import { Eye, EyeOff } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { useId, useState } from "react";

import { classes } from "./classes";

interface Props extends Omit<ComponentProps<"input">, "id" | "className"> {
  readonly label: string;
  /** What the browser may keep of it: without a word on that it writes what stands here to its disk, in the clear. */
  readonly autoComplete: string;
  readonly advice?: ReactNode;
  readonly problem?: ReactNode;
}

export function Field({ label, advice, problem, autoComplete, type = "text", ...rest }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  const wrong = problem !== undefined && problem !== null;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-13 font-medium text-ink">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          type={secret && shown ? "text" : type}
          // A password that is shown is text, which browsers keep to restore a window.
          autoComplete={secret && shown ? "off" : autoComplete}
          aria-invalid={wrong || undefined}
          aria-describedby={wrong || advice ? `${id}-note` : undefined}
          className={classes(
            "h-10 w-full rounded-control border bg-raised px-3 text-15 text-ink placeholder:text-ink-3",
            "focus-visible:outline-offset-0",
            wrong ? "border-red" : "border-line-strong",
            secret && "pr-10",
          )}
          {...rest}
        />
        {secret && (
          <button
            type="button"
            aria-label={shown ? "Hide what I type" : "Show what I type"}
            onClick={() => {
              setShown(!shown);
            }}
            className="absolute inset-y-0 right-0 flex w-10 items-center justify-center rounded-control text-ink-3 hover:text-ink"
          >
            {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
          </button>
        )}
      </div>
      {(wrong || advice) && (
        <p
          id={`${id}-note`}
          className={classes("text-12 text-pretty", wrong ? "text-red-ink" : "text-ink-3")}
        >
          {wrong ? problem : advice}
        </p>
      )}
    </div>
  );
}
