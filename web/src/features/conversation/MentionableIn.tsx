/** The people of a conversation, as one mentions them: the others first, then oneself. */
import type { ReactNode } from "react";
import { useMemo } from "react";

import type { PeerView } from "../../api/generated";
import { useWorkspace } from "../../state/context";
import { peerIn } from "../../state/workspace";
import { displayName } from "../../words/names";
import type { Mentionable } from "./markdown/mentions";
import { MentionableContext } from "./markdown/mentions";

interface Props {
  readonly conversation: string;
  readonly children: ReactNode;
}

export function MentionableIn({ conversation, children }: Props) {
  const account = useWorkspace((workspace) => workspace.account);
  const peer = useWorkspace((workspace) => peerIn(workspace, conversation));
  const others = peer === undefined ? [] : [mentionable(peer, false)];
  const key = JSON.stringify([...others, mentionable(account, true)]);
  // The same list as long as nobody's name changes: every message that is shown has it.
  const people = useMemo(() => JSON.parse(key) as readonly Mentionable[], [key]);
  return <MentionableContext value={people}>{children}</MentionableContext>;
}

function mentionable(
  person: Pick<PeerView, "username" | "full_name" | "account_id">,
  isOneself: boolean,
): Mentionable {
  return { username: person.username, name: displayName(person), accountId: person.account_id, isOneself };
}
