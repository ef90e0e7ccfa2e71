/** Why it did not work, in one sentence, with the technical detail one click away. */
import { CircleAlert } from "lucide-react";

import type { Reason } from "../../api/generated";
import { CopyDetail } from "../../components/CopyDetail";
import { isKnownReason, sentenceOf, technicalDetail } from "../../words/reasons";

interface Props {
  readonly reason: Reason;
  readonly server?: string;
  /** Other words than usual, where they would not help. */
  readonly sentence?: string;
}

export function Refusal({ reason, server, sentence = sentenceOf(reason, { server }) }: Props) {
  return (
    <div role="alert" className="motion-appear flex gap-3 rounded-control bg-red-soft px-3.5 py-3 text-13">
      <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-red-ink" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p>{sentence}</p>
        {!isKnownReason(reason) && <CopyDetail detail={technicalDetail(reason)} />}
      </div>
    </div>
  );
}
