/** Who one talks with, whether they are there, and how messages travel. */
import { ArrowLeft, BadgeCheck, PanelRight } from "lucide-react";

import type { PathView, PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { IconButton } from "../../components/Button";
import { PersonName } from "../../components/PersonName";
import { Tooltip } from "../../components/Tooltip";
import { useNow } from "../../state/context";
import { displayName, initials } from "../../state/names";
import { pathSentence, pathWord } from "../../state/paths";
import { presenceOf, presenceSentence } from "../../state/presence";

interface Props {
  readonly peer: PeerView;
  readonly ambiguous: boolean;
  readonly infoOpen: boolean;
  readonly onBack: () => void;
  readonly onInfo: () => void;
}

export function ConversationHead({ peer, ambiguous, infoOpen, onBack, onInfo }: Props) {
  const now = useNow();
  const name = displayName(peer);
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line px-3 tablet:px-6">
      <IconButton
        label="Back"
        className="-ml-1 tablet:hidden"
        icon={<ArrowLeft size={20} aria-hidden />}
        onClick={onBack}
      />
      <Avatar initials={initials(name)} colourKey={peer.account_id} size={32} presence={presenceOf(peer)} />
      <div className="min-w-0 flex-1">
        <h1 className="flex items-center gap-1.5 text-15 leading-5 font-bold">
          <PersonName
            name={name}
            username={ambiguous ? peer.username : undefined}
            className="min-w-0 truncate"
          />
          {peer.verified && (
            <Tooltip text="You compared the safety number with them">
              <BadgeCheck size={16} aria-label="Verified" role="img" className="shrink-0 text-accent-ink" />
            </Tooltip>
          )}
        </h1>
        <p className="truncate text-12 text-ink-3">
          {peer.blocked ? (
            "Blocked"
          ) : peer.relation === "registered" ? (
            presenceSentence(peer, now)
          ) : (
            <bdi>@{peer.username}</bdi>
          )}
        </p>
      </div>
      {peer.path !== null && !peer.blocked && <PathBadge path={peer.path} peerName={name} onOpen={onInfo} />}
      <IconButton
        label={infoOpen ? "Close details" : "Details"}
        aria-pressed={infoOpen}
        icon={<PanelRight size={18} aria-hidden />}
        onClick={onInfo}
      />
    </header>
  );
}

function PathBadge({
  path,
  peerName,
  onOpen,
}: {
  readonly path: PathView;
  readonly peerName: string;
  readonly onOpen: () => void;
}) {
  const dot = path.kind === "direct" ? "bg-green" : path.kind === "relayed" ? "bg-accent" : "bg-line-strong";
  return (
    <Tooltip text={pathSentence(path, peerName)} side="bottom">
      <button
        type="button"
        onClick={onOpen}
        className="flex h-7 shrink-0 items-center gap-2 rounded-round border max-tablet:hidden border-line px-2.5 text-12 text-ink-2 hover:bg-hover"
      >
        <span aria-hidden className={`size-2 rounded-round ${dot}`} />
        <span>{pathWord(path)}</span>
        {path.rtt_ms !== null && <span className="tabular-nums">{Math.round(path.rtt_ms)} ms</span>}
      </button>
    </Tooltip>
  );
}
