/** When a message disappears. */
import type { ReactNode } from "react";

import type { MessageView } from "../../../api/generated";
import { Tooltip } from "../../../components/Tooltip";
import { useNow } from "../../../state/context";
import { endWords } from "../../../words/disappearing";

export default function LifeTip({
  message,
  children,
}: {
  readonly message: MessageView;
  readonly children: ReactNode;
}) {
  const now = useNow(1000);
  return (
    <Tooltip text={endWords(message, now)} align="end">
      {children}
    </Tooltip>
  );
}
