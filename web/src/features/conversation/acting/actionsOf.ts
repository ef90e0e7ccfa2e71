/** What can be done with a message. */
import type { MessageView } from "../../../api/generated";

export function isEditable({ mine, kind, text, deleted }: MessageView): boolean {
  return mine && kind === "chat" && text !== null && !deleted;
}
