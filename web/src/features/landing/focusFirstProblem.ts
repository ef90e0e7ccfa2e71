/** After a form was refused: the first field with a problem has the focus, so that its problem is read out. */
export function focusFirstProblem(form: EventTarget | null): void {
  requestAnimationFrame(() => {
    if (form instanceof HTMLFormElement) form.querySelector<HTMLInputElement>("[aria-invalid=true]")?.focus();
  });
}
