/** Who can come to the server of this computer: found out and tried, with the one question whether it may be others. */
import { Globe, Monitor, Network } from "lucide-react";

import type { ReachView } from "../../api/generated";
import { Button } from "../../components/Button";
import {
  addressWords,
  doorOnTheNetwork,
  isForThisComputerAlone,
  LISTENING_FAILED,
  portsInWords,
  whoCanCome,
  whoMayJoin,
} from "../../words/reach";
import { sentenceOf } from "../../words/reasons";
import type { ReachOfServer } from "./useReach";
import { useReach } from "./useReach";

/** By itself, under a title of its own. */
export function ReachPart({ title }: { readonly title: string }) {
  return <Reach title={title} reach={useReach()} />;
}

interface Props {
  /** Above it, where it stands among other parts. */
  readonly title?: string;
  readonly reach: ReachOfServer;
}

/** Nothing where the server runs elsewhere: whoever runs it there has answered. */
export function Reach({ title, reach: { view, attempt, ask } }: Props) {
  const busy = attempt.state === "running";
  if (attempt.state === "refused" && view === null)
    return (
      <p role="alert" className="text-13 text-red-ink">
        {sentenceOf(attempt.reason)}
      </p>
    );
  if (view === null)
    // Only where addresses are tried does it take a moment: it has the height of what is said of one.
    return (
      <div role="status" aria-label="Looking who can come here" className="skeleton h-76 !rounded-card" />
    );
  if (view.reach === null) return null;
  const alone = view.reach === "this-computer";
  const nobodyElse = isForThisComputerAlone(view);
  return (
    <section aria-label="Who can come" data-part={title} className="scroll-mt-4">
      {title !== undefined && (
        <h2 tabIndex={-1} className="mb-1 rounded-control text-13 font-medium text-ink-3">
          {title}
        </h2>
      )}
      <div className="flex flex-col gap-3 rounded-card border border-line bg-raised p-4">
        <div className="flex items-start gap-3">
          <Sign view={view} />
          <div className="min-w-0 flex-1 text-13 text-ink-2">
            <p aria-live="polite" className="text-15 font-medium text-pretty text-ink">
              {whoCanCome(view)}
            </p>
            {!nobodyElse && <p className="mt-1 text-pretty">{whoMayJoin(view)}</p>}
            {alone && (
              <p className="mt-1 text-pretty">
                {nobodyElse
                  ? "People on other computers can come once it listens on the network."
                  : "People in this network can come directly once it listens there."}{" "}
                The server starts again for that, which takes a few seconds and loses nothing.
                {nobodyElse && ` ${doorOnTheNetwork(view)}`}
              </p>
            )}
          </div>
        </div>
        <Addresses view={view} />
        {!alone && (
          <p className="text-13 text-pretty text-ink-3">
            Whether a firewall lets others in shows only from their computer. It has to let in{" "}
            {portsInWords(view.ports)}.
          </p>
        )}
        {(view.failed || attempt.state === "refused") && (
          <p role="alert" className="text-13 text-pretty text-red-ink">
            {attempt.state === "refused" ? sentenceOf(attempt.reason) : LISTENING_FAILED}
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
  const Icon = isForThisComputerAlone(view) ? Monitor : everywhere ? Globe : Network;
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
