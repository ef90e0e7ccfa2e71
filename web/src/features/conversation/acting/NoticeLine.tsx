/** What came of it: gone by itself where all is well, and left until it is read where not. */
import { Check, X } from "lucide-react";
import { useEffect } from "react";

import { IconButton } from "../../../components/Button";
import { useSession } from "../../../state/context";
import { useSelect } from "../../../state/store";
import { sentenceOf } from "../../../words/reasons";

const SHOWN_MILLISECONDS = 4000;

export function NoticeLine({ peerName }: { readonly peerName: string }) {
  const { notices } = useSession();
  const notice = useSelect(notices.current, (now) => now);
  const isDone = notice?.kind === "done";
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => {
      notices.read();
    }, SHOWN_MILLISECONDS);
    return () => {
      clearTimeout(timer);
    };
  }, [notices, notice, isDone]);
  useEffect(
    () => () => {
      notices.read(); // it belongs to the conversation in which it was done
    },
    [notices],
  );
  return (
    <>
      <p role="status" className="sr-only">
        {isDone && notice.text}
      </p>
      {notice !== null && (
        <div
          role={isDone ? undefined : "alert"}
          aria-hidden={isDone || undefined}
          className="motion-appear absolute bottom-3 left-1/2 z-20 flex min-h-9 w-max max-w-[calc(100%-1.5rem)] -translate-x-1/2 items-center gap-2 rounded-card border border-line bg-raised py-1 pr-1 pl-3.5 text-13 shadow-float"
        >
          {isDone && <Check size={15} aria-hidden className="text-green-ink" />}
          <span className={isDone ? "pr-2.5" : "text-red-ink"}>
            {notice.kind === "refused" ? sentenceOf(notice.reason, { peer: peerName }) : notice.text}
          </span>
          {!isDone && (
            <IconButton
              label="Close"
              className="!size-7"
              icon={<X size={15} aria-hidden />}
              onClick={() => {
                notices.read();
              }}
            />
          )}
        </div>
      )}
    </>
  );
}
