/** Where a context menu was asked for. */
import type { MouseEvent } from "react";

export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** Under the pointer, or, by keyboard, at what has the focus. */
export function placeOf(event: MouseEvent): MenuPlace {
  if (event.clientX !== 0 || event.clientY !== 0) return { x: event.clientX, y: event.clientY };
  const { left, bottom } = event.currentTarget.getBoundingClientRect();
  return { x: left + 8, y: bottom };
}
