/** What the head of a conversation offers about its notifications, where the conversation is not open. */
import type { ConversationView } from "../../../api/generated";
import { useSession } from "../../../state/context";
import { MUTES } from "../../../words/notifications";

export interface MutingAction {
  readonly name: string;
  readonly act: () => Promise<unknown>;
}

export function useMuting({ id, muted }: ConversationView): readonly MutingAction[] {
  const { service, cid } = useSession();
  const where = { cid, conversation: id };
  if (muted !== null)
    return [{ name: "Turn notifications on", act: () => service.request("UnmuteConversation", where) }];
  return MUTES.map(([words, until]) => ({
    name: `Mute ${words.charAt(0).toLowerCase()}${words.slice(1)}`,
    act: () => service.request("MuteConversation", { ...where, until: until(Date.now()) }),
  }));
}
