/** Where what is to be sent later stands; nothing of it is loaded while there is nothing. */
import { useMemo } from "react";

import { Later } from "../../../components/Later";
import { useWorkspace } from "../../../state/context";

const scheduledList = async () => (await import("./ScheduledList")).default;

export function Scheduled({
  conversation,
  peerName,
}: {
  readonly conversation: string;
  readonly peerName: string;
}) {
  const all = useWorkspace((workspace) => workspace.scheduled);
  const scheduled = useMemo(
    () =>
      [...all.values()]
        .filter((each) => each.conversation === conversation)
        .sort((one, other) => one.due_at - other.due_at || one.written_at - other.written_at),
    [all, conversation],
  );
  if (scheduled.length === 0) return null;
  return <Later load={scheduledList} of={{ scheduled, peerName }} />;
}
