/** The account is being opened: the final layout without its contents, or why it cannot be opened. */
import { DoorClosed } from "lucide-react";

import type { Reason } from "../api/generated";
import { CopyDetail } from "../components/CopyDetail";
import { sentenceOf, technicalDetail } from "../state/reasons";
import { LANDING, navigate } from "../state/route";
import { Standstill } from "./Standstill";

export function LoadingWorkspace({ refused }: { readonly refused: Reason | null }) {
  if (refused !== null)
    return (
      <Standstill
        icon={<DoorClosed size={22} />}
        title="This account cannot be opened"
        action="Go to the start"
        onAction={() => {
          navigate(LANDING, { replace: true });
        }}
      >
        <p className="mb-3">{sentenceOf(refused, {})}</p>
        <CopyDetail detail={technicalDetail(refused)} />
      </Standstill>
    );
  return (
    <main aria-label="Casemate" aria-busy className="flex h-full">
      <span className="w-14 bg-rail max-desktop:hidden" />
      <div className="flex w-full flex-col gap-3 border-line bg-sidebar p-4 tablet:w-68 tablet:border-r">
        <span className="skeleton h-9 w-full" />
        <span className="skeleton h-9 w-full" />
        {[60, 45, 70, 52].map((width) => (
          <span key={width} className="flex items-center gap-3">
            <span className="skeleton size-8 !rounded-round" />
            <span className="skeleton h-3.5" style={{ width: `${width.toString()}%` }} />
          </span>
        ))}
      </div>
      <span className="flex-1 bg-surface max-tablet:hidden" />
    </main>
  );
}
