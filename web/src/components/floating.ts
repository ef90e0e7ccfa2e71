/** What opens beside a button: its code comes when the page is idle, or with the first press. */
import { useState } from "react";

export const menuContent = async () => (await import("./MenuContent")).MenuContent;
export const popoverContent = async () => (await import("./PopoverContent")).PopoverContent;

/** From its first opening on: what closes gives the focus back, and must be there for that. */
export function useWasOpen(open: boolean): boolean {
  const [was, setWas] = useState(open);
  if (open && !was) setWas(true);
  return was || open;
}
