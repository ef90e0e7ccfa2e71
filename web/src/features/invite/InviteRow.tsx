/** One invitation: how it stands, who came by it, and what can be done about it. */
import { useState } from "react";

import type { InviteView } from "../../api/generated";
import { Button } from "../../components/Button";
import { useAttempt, useNow } from "../../state/context";
import { forWords, inviteStateWords } from "../../words/invitations";
import { sentenceOf } from "../../words/reasons";
import { sinceTime } from "../../words/times";
import { Guests } from "./Guests";

interface Props {
  readonly invite: InviteView;
  readonly isShown: boolean;
  readonly onShow: (id: string) => void;
  readonly onTakeBack: () => Promise<void>;
  readonly onConversation: (conversation: string) => void;
}

export function InviteRow({ invite, isShown, onShow, onTakeBack, onConversation }: Props) {
  const now = useNow();
  const [asking, setAsking] = useState(false);
  const usable = invite.link !== null;
  const made = `made ${sinceTime(invite.made_at, now)}`;
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="min-w-0 flex-1 basis-48 text-13 text-ink-2">
          <span className={usable ? "block text-15 font-medium text-ink" : "block text-15 text-ink-2"}>
            {forWords(invite.uses)}, {made}
          </span>
          {inviteStateWords(invite, now)}
        </p>
        {usable && !asking && (
          <div className="flex gap-2">
            {!isShown && (
              <Button
                size="small"
                aria-label={`Show link ${made}`}
                onClick={() => {
                  onShow(invite.id);
                }}
              >
                Show link
              </Button>
            )}
            <Button
              size="small"
              kind="danger-quiet"
              aria-label={`Take back the link ${made}`}
              onClick={() => {
                setAsking(true);
              }}
            >
              Take back
            </Button>
          </div>
        )}
      </div>
      {usable && asking && (
        <Question
          onTakeBack={onTakeBack}
          onKeep={() => {
            setAsking(false);
          }}
        />
      )}
      <Guests guests={invite.guests} onConversation={onConversation} />
    </li>
  );
}

function Question({ onTakeBack, onKeep }: { onTakeBack: () => Promise<void>; onKeep: () => void }) {
  const [attempt, run] = useAttempt();
  return (
    <div role="group" aria-label="Take it back?" className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <p className="min-w-0 flex-1 basis-48 text-13 text-pretty">
        Nobody else can come by it then. Whoever came stays.
      </p>
      <div className="flex gap-2">
        {/* eslint-disable-next-line jsx-a11y/no-autofocus -- in place of the button that was pressed */}
        <Button size="small" autoFocus onClick={onKeep}>
          Keep it
        </Button>
        <Button
          size="small"
          kind="danger"
          busy={attempt.state === "running"}
          onClick={() => void run(onTakeBack)}
        >
          Take it back
        </Button>
      </div>
      {attempt.state === "refused" && (
        <p role="alert" className="basis-full text-13 text-red-ink">
          {sentenceOf(attempt.reason)}
        </p>
      )}
    </div>
  );
}
