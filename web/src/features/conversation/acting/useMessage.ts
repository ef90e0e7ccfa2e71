/** One message by its name: as the page has it, or asked for. */
import { useEffect, useState } from "react";

import type { MessageView } from "../../../api/generated";
import { useSession, useWorkspace } from "../../../state/context";

export function useMessage(conversation: string, id: string): MessageView | null {
  const session = useSession();
  const loaded = useWorkspace((workspace) =>
    workspace.timelines.get(conversation)?.messages.find((message) => message.id === id),
  );
  const [asked, setAsked] = useState<MessageView | null>(null);
  const missing = loaded === undefined;
  useEffect(() => {
    if (!missing) return;
    let stale = false;
    session.pages.message(conversation, id).then(
      (message) => {
        if (!stale) setAsked(message);
      },
      () => undefined, // it is named by what is known of it
    );
    return () => {
      stale = true;
    };
  }, [session, conversation, id, missing]);
  return loaded ?? (asked?.id === id ? asked : null);
}
