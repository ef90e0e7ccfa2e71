/** What is in the memory of this page alone, so that a reload would lose it, beyond what stands in its fields. */
import type { Stop } from "../api/InternalService";

const holders = new Set<() => boolean>();

/** Until it is stopped with the returned function, this is asked before the page is loaded again by itself. */
export function watchUnkept(holds: () => boolean): Stop {
  holders.add(holds);
  return () => {
    holders.delete(holds);
  };
}

/**
 * Words that are nowhere else, what was typed, or a dialog that waits for an answer. Any text in a field counts: React
 * keeps `defaultValue` at what was typed, so that it tells nothing.
 */
export function holdsUnkept(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
  return (
    [...holders].some((holds) => holds()) ||
    document.querySelector("dialog[open]") !== null ||
    [...fields].some(({ type, value, readOnly }) => !readOnly && type !== "radio" && value !== "")
  );
}
