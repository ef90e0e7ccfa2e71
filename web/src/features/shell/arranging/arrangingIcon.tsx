/** What stands before each thing that can be done with a conversation. */
import { Archive, ArchiveRestore, MailOpen, Pin, PinOff } from "lucide-react";
import type { ReactNode } from "react";

import type { ConversationView } from "../../../api/generated";
import type { ArrangingAction } from "./useArranging";

export function arrangingIcon(
  kind: ArrangingAction["kind"],
  { pinned, archived }: ConversationView,
): ReactNode {
  switch (kind) {
    case "pin":
      return pinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />;
    case "archive":
      return archived ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />;
    case "unread":
      return <MailOpen size={16} aria-hidden />;
  }
}
