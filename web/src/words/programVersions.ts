/** What is said where the server and this computer run different versions of Casemate. */
import type { ServerProgramView } from "../api/generated";

export function programWords({ version, newer, own }: ServerProgramView, here: string): string {
  if (own)
    return `Casemate was updated while it ran: the server is ${version}, the rest ${here}. Stop it and start it again.`;
  if (newer) return `The server runs Casemate ${version}, this computer ${here}.`;
  return `The server runs Casemate ${version}, older than this computer’s ${here}. Ask whoever runs the server to update it.`;
}

/** Whether something is to be done on this computer. */
export function isToUpdateHere({ newer, own }: ServerProgramView): boolean {
  return newer && !own;
}
