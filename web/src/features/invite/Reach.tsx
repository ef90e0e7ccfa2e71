/** Who can come to the server of this computer: found out and tried, with the one question whether it may be others. */
import { Globe, Monitor, Network } from "lucide-react";
import { useEffect, useState } from "react";

import type { ReachView, SetReach } from "../../api/generated";
import { Button } from "../../components/Button";
import { useAttempt, useSession } from "../../state/context";
import { addressWords, portsInWords, whoCanCome } from "../../words/reach";
import { sentenceOf } from "../../words/reasons";

interface Props {
  /** Above it, where it stands among other parts. */
  readonly title?: string;
  /** Hears what was found, also after a change: which addresses belong into a link. */
  readonly onTold?: (view: ReachView) => void;
}

/** Nothing where the server runs elsewhere: whoever runs it there has answered. */
export function Reach({ title, onTold }: Props) {
  const { service, cid } = useSession();
  const [view, setView] = useState<ReachView | null>(null);
  const [attempt, run] = useAttempt();
  const ask = (wanted?: SetReach["reach"]) =>
    run(async () => {
      const told =
        wanted === undefined
          ? await service.request("GetReach", { cid })
          : await service.request("SetReach", { cid, reach: wanted });
      setView(told.view);
      onTold?.(told.view);
    });
  useEffect(() => {
    void ask();
    // Once for each account: it is tried again when somebody asks for it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cid]);
  const busy = attempt.state === "running";
  if (attempt.state === "refused" && view === null)
    return (
      <p role="alert" className="text-13 text-red-ink">
        {sentenceOf(attempt.reason)}
      </p>
    );
  if (view === null)
    return (
      <div role="status" aria-label="Looking who can come here" className="skeleton h-28 !rounded-card" />
    );
  if (view.reach === null) return null;
  const alone = view.reach === "this-computer";
  return (
    <section aria-label="Who can come">
      {title !== undefined && <h2 className="mb-1 text-13 font-medium text-ink-3">{title}</h2>}
      <div className="flex flex-col gap-3 rounded-card border border-line bg-raised p-4">
        <div className="flex items-start gap-3">
          <Sign view={view} />
          <div className="min-w-0 flex-1 text-13 text-ink-2">
            <p aria-live="polite" className="text-15 font-medium text-pretty text-ink">
              {whoCanCome(view)}
            </p>
            {alone && (
              <p className="mt-1 text-pretty">
                People on other computers can come once it listens on the network. The server starts again for
                that, which takes a few seconds and loses nothing.
              </p>
            )}
          </div>
        </div>
        {!alone && <Addresses view={view} />}
        {!alone && (
          <p className="text-13 text-pretty text-ink-3">
            Whether a firewall lets others in shows only from their computer. It has to let in{" "}
            {portsInWords(view.ports)}.
          </p>
        )}
        {(view.failed || attempt.state === "refused") && (
          <p role="alert" className="text-13 text-pretty text-red-ink">
            {attempt.state === "refused"
              ? sentenceOf(attempt.reason)
              : "That did not work: another program may have the port. All is as before; why stands where Casemate was started."}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          {alone ? (
            <Button
              kind="soft"
              icon={<Network size={16} aria-hidden />}
              busy={busy}
              onClick={() => void ask("network")}
            >
              Listen on the network
            </Button>
          ) : (
            <>
              <Button busy={busy} onClick={() => void ask()}>
                Look again
              </Button>
              <Button kind="quiet" busy={busy} onClick={() => void ask("this-computer")}>
                Only this computer
              </Button>
            </>
          )}
        </div>
      </div>
    </section>
  );
}

function Sign({ view }: { readonly view: ReachView }) {
  const everywhere = view.addresses.some(({ who }) => who === "everywhere");
  const Icon = view.reach === "this-computer" ? Monitor : everywhere ? Globe : Network;
  return <Icon size={18} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />;
}

function Addresses({ view }: { readonly view: ReachView }) {
  if (view.addresses.length === 0) return null;
  return (
    <ul aria-label="Addresses for others" className="divide-y divide-line border-y border-line">
      {view.addresses.map((each) => (
        <li key={each.address} className="py-2 text-13 text-ink-2">
          <span className="block font-mono break-all text-ink">{each.address}</span>
          {addressWords(each)}
        </li>
      ))}
    </ul>
  );
}
