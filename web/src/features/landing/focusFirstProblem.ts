/** After a form was refused: the first field with a problem has the focus, so that its problem is read out. */
import type { RefObject } from "react";
import { useEffect } from "react";

import type { Attempt } from "../../state/context";

export function focusFirstProblem(form: EventTarget | null): void {
  requestAnimationFrame(() => {
    if (form instanceof HTMLFormElement) form.querySelector<HTMLInputElement>("[aria-invalid=true]")?.focus();
  });
}

/** Where the answer came later: only once it is drawn is there a field with a problem. */
export function useFocusWhenRefused(form: RefObject<HTMLFormElement | null>, attempt: Attempt): void {
  useEffect(() => {
    if (attempt.state === "refused") focusFirstProblem(form.current);
  }, [form, attempt]);
}
