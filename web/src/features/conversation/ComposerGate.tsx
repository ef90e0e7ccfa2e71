/** In place of the composer where nothing can be sent: why, and what to do about it. */
import { ShieldAlert } from "lucide-react";
import type { ReactNode } from "react";

import type { LinkView, PeerView } from "../../api/generated";
import { Button } from "../../components/Button";
import { TheirWords } from "../../components/TheirWords";
import { answerConnection, answerContact, askToConnect, askToTalk } from "../../state/actions";
import { useAttempt, useNow, useSession, useWorkspace } from "../../state/context";
import { declinedWords, mayAskAgain } from "../../words/declined";
import { displayName } from "../../words/names";
import { sentenceOf } from "../../words/reasons";

export function canWrite(peer: PeerView, link: LinkView): boolean {
  const reachable = peer.connection === "connected" || peer.awaited;
  return link.state !== "fenced" && reachable && !peer.blocked && !peer.identity_changed;
}

interface Props {
  readonly peer: PeerView;
  /** They wrote to each other before. */
  readonly talkedBefore: boolean;
  readonly onCompare: () => void;
}

export function ComposerGate({ peer, talkedBefore, onCompare }: Props) {
  const { service, cid } = useSession();
  const account = useWorkspace((workspace) => workspace.account);
  const now = useNow();
  const name = displayName(peer);
  const unblock = () => service.request("UnblockPeer", { cid, peer: peer.cid });
  const acceptIdentity = () => service.request("AcceptIdentity", { cid, peer: peer.cid });
  const withdraw = () => service.request("WithdrawRegistration", { cid, peer: peer.cid });

  if (account.link.state === "fenced")
    return <Gate peer={peer}>Nothing is sent from here: a newer copy of this account took over.</Gate>;
  if (peer.blocked)
    return (
      <Gate peer={peer} actions={[["Unblock", unblock]]}>
        You blocked {name}. Nothing of theirs reaches you, and they see you offline.
      </Gate>
    );
  if (peer.identity_changed)
    return (
      <Gate
        peer={peer}
        alarm
        actions={[["Accept the new identity", acceptIdentity]]}
        extra={
          <Button size="small" kind="primary" onClick={onCompare}>
            Compare safety number
          </Button>
        }
      >
        {peer.namesake === null ? (
          <>
            <strong>{name}’s identity changed.</strong> That happens with a new device or a fresh start, but
            also when somebody pretends to be them. Nothing is sent until you decide.
          </>
        ) : (
          <>
            <strong>
              This is not the <bdi>@{peer.namesake.username}</bdi> you knew.
            </strong>{" "}
            It is another account under that name, or one that looks like it: their own fresh start, or
            somebody who pretends to be them. Nothing is sent until you decide.
          </>
        )}
      </Gate>
    );
  switch (peer.relation) {
    case "asks_you":
      return (
        <Gate
          peer={peer}
          actions={[
            ["Accept", () => answerContact(service, cid, peer.cid, true)],
            ["Decline", () => answerContact(service, cid, peer.cid, false)],
            ["Block", () => service.request("BlockPeer", { cid, peer: peer.cid })],
          ]}
          quote={<Introduction said="They wrote:" peer={peer} />}
        >
          {name} wants to talk to you.
        </Gate>
      );
    case "requested":
      return (
        <Gate
          peer={peer}
          calm
          actions={[["Withdraw request", withdraw]]}
          quote={<Introduction said="You wrote:" peer={peer} />}
        >
          Registration Sent. You can write as soon as {name} accepts.
        </Gate>
      );
    case "gone":
      return <Gate peer={peer}>{name} has deleted their account. What was said stays here.</Gate>;
    case "declined":
      return (
        <Gate
          peer={peer}
          actions={mayAskAgain(peer, now) ? [["Connect", () => askToTalk(service, account, peer.cid)]] : []}
        >
          {declinedWords(peer, now)}
        </Gate>
      );
    case "none":
      return (
        <Gate peer={peer} actions={[["Connect", () => askToTalk(service, account, peer.cid)]]}>
          {talkedBefore
            ? `You and ${name} have not agreed to talk any more. What was said stays here.`
            : `You and ${name} have not agreed to talk yet.`}
        </Gate>
      );
    case "registered":
      if (peer.connection === "asks_you")
        return (
          <Gate
            peer={peer}
            actions={[
              ["Accept", () => answerConnection(service, cid, peer.cid, true)],
              ["Decline", () => answerConnection(service, cid, peer.cid, false)],
            ]}
          >
            {name} wants to open your conversation again.
          </Gate>
        );
      return peer.connection === "asking" ? (
        <Gate peer={peer}>You asked {name} to connect. You can write as soon as they are there.</Gate>
      ) : (
        <Gate peer={peer} actions={[["Connect", () => askToConnect(service, cid, peer.cid)]]}>
          You and {name} agreed to talk, but are not connected.
        </Gate>
      );
  }
}

function Introduction({ said, peer }: { readonly said: string; readonly peer: PeerView }) {
  return peer.introduction === "" ? null : (
    <div className="mt-2">
      <TheirWords said={said} words={peer.introduction} />
    </div>
  );
}

interface GateProps {
  readonly peer: PeerView;
  readonly alarm?: boolean;
  /** Nothing has to be done. */
  readonly calm?: boolean;
  readonly actions?: readonly (readonly [name: string, act: () => Promise<unknown>])[];
  readonly extra?: ReactNode;
  /** Words of a person, after those of the program. */
  readonly quote?: ReactNode;
  readonly children: ReactNode;
}

function Gate({ peer, alarm = false, calm = false, actions = [], extra, quote, children }: GateProps) {
  const [attempt, run] = useAttempt();
  return (
    <div className="w-full max-w-column px-4 pb-4 tablet:px-6">
      <div
        role={alarm ? "alert" : "status"}
        className={`flex flex-wrap items-center gap-x-4 gap-y-3 rounded-card border px-4 py-3 text-13 ${
          alarm ? "border-red bg-red-soft" : "border-line bg-sunken"
        }`}
      >
        {alarm && <ShieldAlert size={20} aria-hidden className="shrink-0 text-red-ink" />}
        <div className="min-w-0 flex-1 basis-64">
          <p>{children}</p>
          {quote}
          {attempt.state === "refused" && (
            <p role="alert" className="mt-1 text-red-ink">
              {sentenceOf(attempt.reason, { peer: displayName(peer) })}
            </p>
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          {extra}
          {actions.map(([name, act], index) => (
            <Button
              key={name}
              size="small"
              kind={index === 0 && !alarm && !calm ? "primary" : "secondary"}
              busy={attempt.state === "running"}
              onClick={() => void run(act)}
            >
              {name}
            </Button>
          ))}
        </div>
      </div>
    </div>
  );
}
