/** How far a change of a message got, in words: the message's own status says nothing of it. */
import type { PendingChange } from "../api/generated";
import { sentenceOf } from "./reasons";

export function pendingWords(pending: PendingChange | null, name: string): string {
  if (pending === null) return "";
  if (pending.status === "sent") return ` The server has the change; ${name}’s device does not yet.`;
  const why = pending.reason === null ? "" : ` ${sentenceOf(pending.reason, { peer: name, waiting: true })}`;
  return ` The change is on its way.${why}`;
}
