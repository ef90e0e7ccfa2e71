/** Whoever opened a form came to fill it in: the first field that is empty has the focus. */
import type { RefObject } from "react";
import { useEffect, useRef } from "react";

export function useFirstFocus(): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const fields = [...(form.current?.querySelectorAll<HTMLInputElement>("input") ?? [])];
    (fields.find((field) => field.value === "") ?? fields[0])?.focus();
  }, []);
  return form;
}
