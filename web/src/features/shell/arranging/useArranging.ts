/** What a person can do with a conversation in their own list. */
import type { Cid, ConversationView, MessageView } from "../../../api/generated";
import type { InternalService } from "../../../api/InternalService";
import { useSession, useWorkspace } from "../../../state/context";

export interface ArrangingAction {
  readonly name: string;
  readonly kind: "pin" | "archive" | "unread";
  readonly act: () => Promise<unknown>;
}

export function useArranging(conversation: string): readonly ArrangingAction[] {
  const { service, cid } = useSession();
  const row = useWorkspace((workspace) => workspace.conversations.get(conversation));
  return row === undefined ? [] : actionsOf(service, cid, row);
}

function actionsOf(service: InternalService, cid: Cid, row: ConversationView): ArrangingAction[] {
  const arrange = (change: { pinned?: boolean; archived?: boolean }) => () =>
    service.request("ArrangeConversation", { cid, conversation: row.id, ...change });
  const actions: ArrangingAction[] = [
    { kind: "pin", name: row.pinned ? "Unpin" : "Pin to the top", act: arrange({ pinned: !row.pinned }) },
    {
      kind: "archive",
      name: row.archived ? "Take out of the archive" : "Archive",
      act: arrange({ archived: !row.archived }),
    },
  ];
  const last = unreadable(row);
  if (last !== null)
    actions.push({
      kind: "unread",
      name: "Mark as unread",
      act: () => service.request("MarkUnread", { cid, conversation: row.id, message_id: last.id }),
    });
  return actions;
}

/** The last message, where it can be unread once more. */
function unreadable({ last, unread }: ConversationView): MessageView | null {
  return last !== null && !last.mine && last.author !== null && !last.deleted && unread === 0 ? last : null;
}
