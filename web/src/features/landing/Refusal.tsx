/** Why it did not work, in one sentence, with the technical detail one click away. */
import { CircleAlert } from "lucide-react";

import type { Reason } from "../../api/generated";
import { CopyDetail } from "../../components/CopyDetail";
import { isKnownReason, sentenceOf, technicalDetail } from "../../words/reasons";

export function Refusal({ reason, server }: { readonly reason: Reason; readonly server?: string }) {
  return (
    <div role="alert" className="motion-appear flex gap-3 rounded-control bg-red-soft px-3.5 py-3 text-13">
      <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-red-ink" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p>{sentenceOf(reason, { server })}</p>
        {!isKnownReason(reason) && <CopyDetail detail={technicalDetail(reason)} />}
      </div>
    </div>
  );
}
