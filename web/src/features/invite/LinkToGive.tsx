/** A link that works: to be copied, shown to a camera, or sent with some words. */
import { Copy, MessageSquareText } from "lucide-react";
import { useEffect, useId, useRef } from "react";

import type { InviteView } from "../../api/generated";
import { Button } from "../../components/Button";
import { Later } from "../../components/Later";
import { COPYING_WORDS, useCopy } from "../../components/useCopy";
import { useConnection, useNow, useWorkspace } from "../../state/context";
import {
  forWords,
  invitationText,
  inviteStateWords,
  LINK_ONLY_HERE,
  LINK_TO_NOWHERE,
  riskWords,
  worksHereOnly,
} from "../../words/invitations";
import { mayReachNobody } from "../../words/reach";
import { Guests } from "./Guests";
import { Reach } from "./Reach";
import type { ReachOfServer } from "./useReach";

const NOT_COPIED = "This browser did not copy it. The link is selected: copy it with the keyboard.";

const qrCode = async () => (await import("../info/QrCode")).QrCode;

interface Props {
  readonly invite: InviteView;
  readonly link: string;
  readonly onConversation: (conversation: string) => void;
  readonly onAnother: () => void;
  readonly reach: ReachOfServer;
}

export function LinkToGive({ invite, link, onConversation, onAnother, reach }: Props) {
  const account = useWorkspace((workspace) => workspace.account);
  const connection = useConnection();
  const installLine = connection.state === "connecting" ? "" : (connection.service?.install_line ?? "");
  const now = useNow();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [copying, copy] = useCopy(() => field.current?.focus());
  const toNowhere = reach.view !== null && mayReachNobody(reach.view);
  const doubt = worksHereOnly(link) ? LINK_ONLY_HERE : toNowhere ? LINK_TO_NOWHERE : null;
  // The button that made it is gone, and this is what it was made for.
  useEffect(() => {
    field.current?.focus();
  }, []);
  const select = (input: HTMLInputElement) => {
    input.select();
    // Its beginning is what one sees; a browser shows the end of what was selected with its next frame.
    requestAnimationFrame(() => {
      input.scrollLeft = 0;
    });
  };
  return (
    <section aria-label="Your link" className="flex flex-col gap-4">
      {doubt !== null && (
        <p role="note" className="rounded-control bg-amber-soft px-3.5 py-3 text-13 text-pretty">
          {doubt}
        </p>
      )}
      <div className="flex flex-wrap gap-x-5 gap-y-4">
        <Later
          load={qrCode}
          of={{ text: link, label: "QR code of the link" }}
          waiting={<span className="skeleton size-36" />}
        />
        <div className="flex min-w-0 flex-1 basis-60 flex-col gap-3">
          <div className="flex flex-col gap-1.5">
            <label htmlFor={id} className="text-13 font-medium">
              {forWords(invite.uses)}
            </label>
            <input
              ref={field}
              id={id}
              readOnly
              value={link}
              autoComplete="off"
              aria-describedby={`${id}-note`}
              onFocus={(event) => {
                select(event.currentTarget);
              }}
              className="h-10 w-full rounded-control border border-line-strong bg-surface px-3 font-mono text-13 text-ellipsis focus-visible:outline-offset-0"
            />
            <p id={`${id}-note`} className="text-12 text-ink-3">
              {inviteStateWords(invite, now)}
            </p>
          </div>
          <div className="flex flex-wrap gap-2">
            <Button
              kind="primary"
              icon={<Copy size={16} aria-hidden />}
              onClick={() => {
                copy(link);
              }}
            >
              Copy link
            </Button>
            <Button
              icon={<MessageSquareText size={16} aria-hidden />}
              onClick={() => {
                copy(invitationText(account, link, installLine));
              }}
            >
              Copy invitation
            </Button>
          </div>
          <p role="status" className="min-h-5 text-13 text-ink-2">
            {copying === "refused" ? NOT_COPIED : COPYING_WORDS[copying]}
          </p>
        </div>
      </div>
      <p role="note" className="text-13 text-pretty text-ink-2">
        {riskWords(invite.uses)}
      </p>
      <Reach reach={reach} />
      <Guests guests={invite.guests} onConversation={onConversation} />
      <Button kind="quiet" size="small" className="-ml-2.5 self-start" onClick={onAnother}>
        Make another link
      </Button>
    </section>
  );
}
