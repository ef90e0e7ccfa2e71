/** The number that is the same on both sides if nobody stands in between. */
import { BadgeCheck } from "lucide-react";
import { useEffect, useState } from "react";

import type { PeerView, SafetyNumber } from "../../api/generated";
import { Button } from "../../components/Button";
import { Later } from "../../components/Later";
import { CONNECTION_LOST, useAttempt, useConnection, useSession } from "../../state/context";
import { displayName } from "../../words/names";
import { sentenceOf } from "../../words/reasons";
import { Refused } from "../../api/InternalService";
import type { Reason } from "../../api/generated";

const qrCode = async () => (await import("./QrCode")).QrCode;

type Loaded = { readonly answer: SafetyNumber } | { readonly reason: Reason } | null;

export function SafetyNumberSection({ peer }: { readonly peer: PeerView }) {
  const { service, cid } = useSession();
  const [loaded, setLoaded] = useState<Loaded>(null);
  const [tries, setTries] = useState(0);
  const open = useConnection().state === "open";
  const [attempt, run] = useAttempt();
  const name = displayName(peer);

  // A new identity makes another number.
  const { cid: peerCid, account_id, identity_changed } = peer;
  useEffect(() => {
    // Asked for again by itself when the connection is back.
    if (!open) return;
    let stale = false;
    service.request("GetSafetyNumber", { cid, peer: peerCid }).then(
      (answer) => {
        if (!stale) setLoaded({ answer });
      },
      (error: unknown) => {
        if (!stale) setLoaded({ reason: error instanceof Refused ? error.reason : CONNECTION_LOST });
      },
    );
    return () => {
      stale = true;
    };
  }, [service, cid, peerCid, account_id, identity_changed, open, tries]);

  return (
    <section aria-labelledby="safety-title" className="flex flex-col gap-3">
      <h3 id="safety-title" className="text-13 font-medium">
        Safety number
      </h3>
      <p className="text-13 text-pretty text-ink-2">
        Compare it with <bdi>{name}</bdi>, in person or in a call. If both of you see the same, nobody is in
        between.
      </p>
      <div className="flex min-h-60 flex-col items-center gap-4 rounded-card border border-line bg-raised p-4">
        {loaded === null ? (
          <>
            <span className="skeleton size-36" />
            <span className="skeleton h-20 w-full" />
          </>
        ) : "reason" in loaded ? (
          <>
            <p role="alert" className="text-13 text-ink-2">
              {sentenceOf(loaded.reason, { peer: name })}
            </p>
            <Button
              size="small"
              onClick={() => {
                setLoaded(null);
                setTries(tries + 1);
              }}
            >
              Try again
            </Button>
          </>
        ) : (
          <>
            <Later
              load={qrCode}
              of={{ text: loaded.answer.qr, label: `QR code of the safety number with ${name}` }}
              waiting={<span className="skeleton size-36" />}
            />
            <ol
              aria-label={`Safety number with ${name}`}
              className="grid grid-cols-4 gap-x-3 gap-y-1 font-mono text-13 tabular-nums"
            >
              {groupsOf(loaded.answer.digits).map((group, index) => (
                <li key={index}>{group}</li>
              ))}
            </ol>
          </>
        )}
      </div>
      <Button
        kind={peer.verified ? "secondary" : "primary"}
        busy={attempt.state === "running"}
        disabled={peer.identity_changed || loaded === null || "reason" in loaded}
        icon={<BadgeCheck size={16} aria-hidden />}
        onClick={() =>
          void run(() => service.request("SetVerified", { cid, peer: peer.cid, verified: !peer.verified }))
        }
      >
        {peer.verified ? "Remove the verified mark" : "Mark as verified"}
      </Button>
      {attempt.state === "refused" && (
        <p role="alert" className="text-13 text-red-ink">
          {sentenceOf(attempt.reason, { peer: name })}
        </p>
      )}
    </section>
  );
}

function groupsOf(digits: string): readonly string[] {
  return digits.match(/.{1,5}/g) ?? [];
}
