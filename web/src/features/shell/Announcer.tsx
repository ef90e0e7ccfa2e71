/** Says what happens to those who do not see it; shows what somebody waited for, wherever they are by then. */
import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { Button, IconButton } from "../../components/Button";
import { useSessionState } from "../../state/context";
import type { News } from "../../words/news";
import { newsBetween } from "../../words/news";

/** Long enough to be heard; then it is no news any more, and a later look at the page does not meet it. */
const TOLD_MILLISECONDS = 10_000;
/** Of one moment: a screen reader that reads out a hundred lines is of no use. */
const MOST_AT_ONCE = 3;

interface Props {
  /** The conversation that is open: what happened there is seen. */
  readonly at: string | null;
  readonly onOpen: (conversation: string) => void;
}

export function Announcer({ at, onOpen }: Props) {
  const workspace = useSessionState((state) => state.workspace);
  const known = useRef(workspace);
  const [news, setNews] = useState<readonly News[]>([]);

  useEffect(() => {
    const latest = workspace === null ? [] : newsBetween(known.current, workspace);
    known.current = workspace ?? known.current;
    if (latest.length > 0) setNews(latest);
  }, [workspace]);

  useEffect(() => {
    if (news.length === 0) return;
    const end = setTimeout(() => {
      setNews([]);
    }, TOLD_MILLISECONDS);
    return () => {
      clearTimeout(end);
    };
  }, [news]);

  const shown = news.find((piece) => piece.shown && piece.conversation !== at);
  return (
    <>
      <p role="status" className="sr-only">
        {spoken(news)}
      </p>
      {shown !== undefined && (
        <div className="motion-rise fixed bottom-20 left-1/2 z-20 flex max-w-[90vw] -translate-x-1/2 items-center gap-3 rounded-card border border-line bg-raised py-2 pr-2 pl-4 shadow-float">
          {/* Heard already. */}
          <p aria-hidden className="text-13">
            <bdi>{shown.words}</bdi>
          </p>
          <Button
            size="small"
            onClick={() => {
              setNews([]);
              onOpen(shown.conversation);
            }}
          >
            Open
          </Button>
          <IconButton
            label="Dismiss"
            className="size-7"
            icon={<X size={16} aria-hidden />}
            onClick={() => {
              setNews([]);
            }}
          />
        </div>
      )}
    </>
  );
}

function spoken(news: readonly News[]): string {
  const words = news.slice(0, MOST_AT_ONCE).map((piece) => piece.words);
  const more = news.length - words.length;
  return [...words, ...(more > 0 ? [`And ${more.toString()} more.`] : [])].join(" ");
}
