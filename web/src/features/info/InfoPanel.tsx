/** What is known of a person, how far they can be trusted, and how to part from them. */
import { ArrowLeft, Ban, Unplug, X } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";

import type { Cid } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { Button, IconButton } from "../../components/Button";
import { CopyDetail } from "../../components/CopyDetail";
import { PathStory } from "../../components/PathStory";
import { disconnect } from "../../state/actions";
import { useAttempt, useNow, useSession, useWorkspace } from "../../state/context";
import { isOneself } from "../../state/oneself";
import { peerIn } from "../../state/workspace";
import { displayName, initials, signedName } from "../../words/names";
import { pathStory } from "../../words/pathStory";
import { presenceOf, presenceSentence } from "../../words/presence";
import { sentenceOf, technicalDetail } from "../../words/reasons";
import { presentStatus, statusTimeWords } from "../../words/statuses";
import { PersonRemarks } from "./PersonRemarks";
import { SafetyNumberSection } from "./SafetyNumber";

interface Props {
  readonly conversation: string;
  /** What can be done with it in one's own list. */
  readonly arranging: ReactNode;
  /** For how long its messages live. */
  readonly disappearing: ReactNode;
  readonly onClose: () => void;
}

export function InfoPanel({ conversation, arranging, disappearing, onClose }: Props) {
  const peer = useWorkspace((workspace) => peerIn(workspace, conversation));
  const link = useWorkspace((workspace) => workspace.account.link);
  const now = useNow(3000);
  if (peer === undefined) return null;
  const name = displayName(peer);
  const notes = isOneself(peer);
  const status = presentStatus(peer, now);
  const times = status === null ? "" : statusTimeWords(status, now);
  return (
    <aside
      aria-label={`About ${name}`}
      className="flex h-full w-full flex-col overflow-y-auto bg-sidebar [--behind:var(--sidebar)]"
    >
      <div className="flex h-14 shrink-0 items-center gap-2 px-4">
        <IconButton
          label="Back"
          className="-ml-2 tablet:hidden"
          icon={<ArrowLeft size={20} aria-hidden />}
          onClick={onClose}
        />
        <h2 className="flex-1 text-15 font-bold">Details</h2>
        <IconButton
          label="Close details"
          className="-mr-2 max-tablet:hidden"
          icon={<X size={18} aria-hidden />}
          onClick={onClose}
        />
      </div>
      <div className="flex flex-col gap-7 px-4 pb-8">
        <div className="flex flex-col items-center gap-3 text-center">
          <Avatar
            initials={initials(name)}
            colourKey={peer.account_id}
            size={80}
            presence={notes ? undefined : presenceOf(peer)}
            verified={peer.verified}
          />
          <div className="w-full min-w-0">
            <span className="block overflow-clip text-18 font-bold break-words">
              <bdi>{name}</bdi>
            </span>
            <span className="block text-13 break-words text-ink-3">
              <bdi>@{peer.username}</bdi>
            </span>
            {name !== signedName(peer) && (
              <span className="block text-13 break-words text-ink-2">
                Signs as <bdi>{signedName(peer)}</bdi>
              </span>
            )}
            {!peer.names_signed && <span className="block text-12 text-ink-3">Name as the server says</span>}
          </div>
          {peer.relation === "registered" && (
            <p className="text-13 text-ink-2">{presenceSentence(peer, now)}</p>
          )}
          {status !== null && !peer.blocked && (
            <p className="max-w-full text-13 [overflow-wrap:anywhere] text-pretty">
              <bdi>{status.text}</bdi>
              {times !== "" && <span className="text-ink-3"> · {times}</span>}
            </p>
          )}
        </div>
        {!notes && (peer.relation === "registered" || peer.identity_changed) && (
          <SafetyNumberSection peer={peer} />
        )}
        {peer.connection === "connected" && !peer.blocked && !notes && (
          <Part title="Connection">
            <PathStory
              story={pathStory(peer.path, link, name, now)}
              action={peer.path?.reason && <CopyDetail detail={technicalDetail(peer.path.reason)} />}
            />
          </Part>
        )}
        {!notes && <Part title="Disappearing messages">{disappearing}</Part>}
        {!notes && (
          <Part title="For yourself">
            <PersonRemarks key={peer.cid.toString()} peer={peer} />
          </Part>
        )}
        <Part title="In your list">{arranging}</Part>
        {notes ? null : peer.relation === "gone" ? (
          <Part title="You and them">
            <p className="text-13 text-pretty text-ink-2">
              This account was deleted. What was said stays here.
            </p>
          </Part>
        ) : (
          <Parting
            peer={peer.cid}
            name={name}
            connected={peer.connection === "connected"}
            blocked={peer.blocked}
          />
        )}
      </div>
    </aside>
  );
}

function Parting({
  peer,
  name,
  connected,
  blocked,
}: {
  readonly peer: Cid;
  readonly name: string;
  readonly connected: boolean;
  readonly blocked: boolean;
}) {
  const { service, cid } = useSession();
  const [asking, setAsking] = useState<"block" | "disconnect" | null>(null);
  const [attempt, run, reset] = useAttempt();
  const fields = { cid, peer };
  const busy = attempt.state === "running";
  const part = async (how: () => Promise<unknown>) => {
    if (await run(how)) setAsking(null);
  };
  const disconnectThem = () => part(() => disconnect(service, cid, peer));
  const blockThem = () => part(() => service.request("BlockPeer", fields));
  const cancel = () => {
    reset();
    setAsking(null);
  };
  return (
    <Part title="You and them">
      {connected &&
        (asking === "disconnect" ? (
          <Question action="Disconnect" busy={busy} onYes={() => void disconnectThem()} onNo={cancel}>
            Disconnect from <bdi>{name}</bdi>? Neither of you can write until one asks again and the other
            agrees. What was said stays.
          </Question>
        ) : (
          <Button
            kind="quiet"
            className="justify-start"
            icon={<Unplug size={16} aria-hidden />}
            onClick={() => {
              setAsking("disconnect");
            }}
          >
            Disconnect…
          </Button>
        ))}
      {blocked ? (
        <Button
          busy={busy}
          icon={<Ban size={16} aria-hidden />}
          onClick={() => void run(() => service.request("UnblockPeer", fields))}
        >
          Unblock
        </Button>
      ) : asking === "block" ? (
        <Question action="Block" busy={busy} onYes={() => void blockThem()} onNo={cancel}>
          Block <bdi>{name}</bdi>? Nothing of theirs reaches you any more, and they see you offline. You can
          unblock them at any time.
        </Question>
      ) : (
        <Button
          kind="danger-quiet"
          className="justify-start"
          icon={<Ban size={16} aria-hidden />}
          onClick={() => {
            setAsking("block");
          }}
        >
          Block…
        </Button>
      )}
      {attempt.state === "refused" && (
        <p role="alert" className="text-13 text-red-ink">
          {sentenceOf(attempt.reason, { peer: name })}
        </p>
      )}
    </Part>
  );
}

/** In the place of the button that raised it. */
function Question({
  action,
  busy,
  onYes,
  onNo,
  children,
}: {
  readonly action: string;
  readonly busy: boolean;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex flex-col gap-2.5 rounded-card bg-red-soft p-3 text-13">
      <p>{children}</p>
      <div className="flex gap-2">
        <Button kind="danger" size="small" busy={busy} onClick={onYes}>
          {action}
        </Button>
        {/* In view and with the focus, although the button that asked for it is gone. */}
        <Button size="small" ref={focused} onClick={onNo}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

function focused(button: HTMLButtonElement | null): void {
  button?.focus();
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h3 className="text-13 font-medium">{title}</h3>
      {children}
    </section>
  );
}
