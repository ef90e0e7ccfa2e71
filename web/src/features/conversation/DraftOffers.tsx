/** What was begun in other windows of this account, above the place where one writes. */
import { Button } from "../../components/Button";
import { useAttempt, useSession, useWorkspace } from "../../state/context";
import type { Offer } from "../../state/DraftKeeper";
import { offersOf } from "../../state/DraftKeeper";
import { useSelect } from "../../state/store";
import { sentenceOf } from "../../words/reasons";

const LONGEST_SHOWN = 120;

export function DraftOffers({ conversation }: { readonly conversation: string }) {
  const { drafts } = useSession().outgoing;
  const rows = useWorkspace((workspace) => workspace.drafts);
  const kept = useSelect(drafts.kept, (all) => all);
  const mine = useSelect(drafts.mine, (slots) => slots.get(conversation));
  const offers = offersOf(conversation, mine, rows, kept);
  if (offers.length === 0) return null;
  return (
    <ul aria-label="Begun in other windows" className="flex flex-col gap-1 pb-2">
      {offers.map((offer) => (
        <OfferRow key={offer.slot} conversation={conversation} offer={offer} />
      ))}
    </ul>
  );
}

function OfferRow({ conversation, offer }: { readonly conversation: string; readonly offer: Offer }) {
  const { drafts } = useSession().outgoing;
  const [attempt, run] = useAttempt();
  const busy = attempt.state === "running";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-card border border-line bg-sunken px-3 py-1.5 text-13">
      <span className="min-w-0 flex-1 basis-52 truncate">
        <span className="text-ink-3">Also begun in another window: </span>
        <bdi>{offer.text.slice(0, LONGEST_SHOWN)}</bdi>
      </span>
      <span className="flex gap-1">
        <Button size="small" busy={busy} onClick={() => void run(() => drafts.take(conversation, offer))}>
          Take it here
        </Button>
        <Button
          size="small"
          kind="danger-quiet"
          busy={busy}
          onClick={() => void run(() => drafts.discard(conversation, offer))}
        >
          Discard
        </Button>
      </span>
      {attempt.state === "refused" && (
        <span role="alert" className="basis-full text-red-ink">
          {sentenceOf(attempt.reason, {})}
        </span>
      )}
    </li>
  );
}
