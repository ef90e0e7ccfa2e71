/** The drawn rows of a conversation, and which of them are in view. */

export function rowOf(scroller: HTMLElement, id: string): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`);
}

export function idOf(row: HTMLElement): string {
  return row.dataset.message ?? "";
}

/** Top to bottom, any part of them. */
export function visibleRows(scroller: HTMLElement): readonly HTMLElement[] {
  const rows = scroller.querySelectorAll<HTMLElement>("[data-message]");
  const { top, bottom } = scroller.getBoundingClientRect();
  // Rows are in order of their place, so the first visible one is found by halving.
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) <= top) low = middle + 1;
    else high = middle;
  }
  const visible: HTMLElement[] = [];
  for (let index = low; index < rows.length; index++) {
    const row = rows[index];
    if (row === undefined || row.getBoundingClientRect().top >= bottom) break;
    visible.push(row);
  }
  return visible;
}
