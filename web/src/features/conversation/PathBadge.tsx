/** How messages travel to this person, and on demand all about it. */
import { ArrowRight } from "lucide-react";
import { useState } from "react";

import type { LinkView, PathView } from "../../api/generated";
import { Button } from "../../components/Button";
import { PathMark } from "../../components/PathMark";
import { PathStory } from "../../components/PathStory";
import { Popover } from "../../components/Popover";
import { useNow, useSession } from "../../state/context";
import type { Place } from "../../state/address";
import { navigate } from "../../state/route";
import { pathStory } from "../../words/pathStory";
import { sinceTime } from "../../words/times";

interface Props {
  /** Null while nobody tells. */
  readonly path: PathView | null;
  readonly link: LinkView;
  readonly peerName: string;
}

export function PathBadge({ path, link, peerName }: Props) {
  const { cid } = useSession();
  const now = useNow(3000);
  const [open, setOpen] = useState(false);
  const story = pathStory(path, link, peerName, now);
  const { serverAwaySince } = story.standing;
  const go = (place: Place) => () => {
    navigate({ screen: "workspace", cid, place });
  };
  return (
    <Popover
      label={`How messages to ${peerName} travel`}
      open={open}
      onOpen={setOpen}
      trigger={
        <button
          type="button"
          aria-label={`Connection: ${story.words}`}
          className="flex h-7 shrink-0 items-center rounded-round border border-line px-2.5 text-12 text-ink-2 hover:bg-hover data-[state=open]:bg-hover"
        >
          {serverAwaySince !== null && (
            <span className="mr-2 hidden border-r border-line pr-2 text-amber-ink @2xl:inline">
              server away since {sinceTime(serverAwaySince, now)}
            </span>
          )}
          <PathMark
            way={story.way}
            word={story.word}
            number={story.number}
            unsteady={story.unsteady}
            className="@max-sm:[&>span]:sr-only"
          />
        </button>
      }
    >
      <PathStory
        story={story}
        action={
          <div className="-mx-2.5 -mb-2 flex flex-wrap gap-1 border-t border-line px-0 pt-2">
            <Button
              kind="quiet"
              size="small"
              className="focus-visible:-outline-offset-2"
              onClick={go({ kind: "connections" })}
            >
              All connections
              <ArrowRight size={14} aria-hidden />
            </Button>
            {story.adviceInSettings && (
              <Button
                kind="quiet"
                size="small"
                className="focus-visible:-outline-offset-2"
                onClick={go({ kind: "settings" })}
              >
                Settings
              </Button>
            )}
          </div>
        }
      />
    </Popover>
  );
}
