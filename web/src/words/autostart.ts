/** What is said beside the switch that starts Casemate with this computer. */
import type { AutostartTold } from "../api/generated";
import { sentenceOf } from "./reasons";

export const AUTOSTART = "Start Casemate with this computer";

export function autostartNote({ state, reason, before_login }: AutostartTold): string {
  if (reason !== null) return sentenceOf(reason);
  if (state !== "on") return "In the background, so that messages reach you without your opening anything.";
  return before_login
    ? "It starts with the computer, in the background, before anybody logs in."
    : "It starts when you log in, in the background.";
}
