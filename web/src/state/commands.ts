/** What a person types on this computer to start the internal service again, and for a fresh signed-in page: as the
 * service itself said it, with paths that work in any terminal, kept for when it is gone. */
import type { ServiceInfo } from "../api/generated";

export interface Commands {
  readonly start: string;
  readonly open: string;
}

const KEY = "casemate.commands";
const USUAL: Commands = { start: "casemate up", open: "casemate open" };

export function rememberCommands({ start_command, open_command }: ServiceInfo): void {
  localStorage.setItem(KEY, JSON.stringify({ start: start_command, open: open_command }));
}

export function commandsOfService(): Commands {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return isCommands(kept) ? kept : USUAL;
  } catch {
    return USUAL;
  }
}

function isCommands(kept: unknown): kept is Commands {
  return (
    typeof kept === "object" &&
    kept !== null &&
    "start" in kept &&
    "open" in kept &&
    typeof kept.start === "string" &&
    typeof kept.open === "string"
  );
}
