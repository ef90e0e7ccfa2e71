/** Who one talks with, whether they are there, and how messages travel. */
import { ArrowLeft, BadgeCheck, PanelRight, Search } from "lucide-react";
import { memo } from "react";

import type { LinkView, MuteView, PeerView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { IconButton } from "../../components/Button";
import { PersonName } from "../../components/PersonName";
import { Tooltip } from "../../components/Tooltip";
import { useNow } from "../../state/context";
import { isOneself } from "../../state/oneself";
import { AWAITED } from "../../words/invitations";
import { displayName, initials } from "../../words/names";
import { mutedWords } from "../../words/notifications";
import { presenceOf, presenceSentence } from "../../words/presence";
import { presentStatus } from "../../words/statuses";
import { LifeChip } from "./disappearing/LifeChip";
import { MuteMenu } from "./MuteMenu";
import { PathBadge } from "./PathBadge";

interface Props {
  readonly peer: PeerView;
  readonly link: LinkView;
  readonly ambiguous: boolean;
  readonly muted: MuteView | null;
  readonly livesFor: number | null;
  readonly infoOpen: boolean;
  readonly onBack: () => void;
  readonly onInfo: () => void;
  readonly onSearch: () => void;
}

export const ConversationHead = memo(function ConversationHead({
  peer,
  link,
  ambiguous,
  muted,
  livesFor,
  infoOpen,
  onBack,
  onInfo,
  onSearch,
}: Props) {
  const now = useNow();
  const name = displayName(peer);
  const status = presentStatus(peer, now);
  return (
    <header className="@container flex min-h-14 shrink-0 flex-wrap items-center justify-end gap-2 border-b py-1 border-line px-3 tablet:gap-3 tablet:px-6">
      <IconButton
        label="Back"
        className="-ml-1 tablet:hidden"
        icon={<ArrowLeft size={20} aria-hidden />}
        onClick={onBack}
      />
      {/* Where it is narrow, the name and since when they are away need the room more. */}
      <span className="flex @max-sm:hidden">
        <Avatar
          initials={initials(name)}
          colourKey={peer.account_id}
          size={32}
          presence={isOneself(peer) ? undefined : presenceOf(peer)}
        />
      </span>
      {/* With large letters on a phone, the rest stands below it. */}
      <div className="min-w-0 flex-1 @max-2xs:basis-[70%]">
        <h1 className="flex items-center gap-1.5 text-15 leading-5 font-bold">
          <PersonName
            name={name}
            username={
              ambiguous && (peer.blocked || peer.relation === "registered") ? peer.username : undefined
            }
            cut
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
          ) : peer.awaited ? (
            AWAITED
          ) : peer.relation === "registered" ? (
            presenceSentence(peer, now)
          ) : (
            <bdi>@{peer.username}</bdi>
          )}
          {!peer.blocked && status !== null && (
            <>
              {" · "}
              <bdi>{status.text}</bdi>
            </>
          )}
          {muted !== null && <span className="max-tablet:hidden"> · {mutedWords(muted, now)}</span>}
        </p>
      </div>
      {peer.connection === "connected" && !peer.blocked && !isOneself(peer) && (
        <PathBadge path={peer.path} link={link} peerName={name} />
      )}
      <LifeChip conversation={peer.conversation} livesFor={livesFor} />
      {!peer.blocked && !isOneself(peer) && (
        <MuteMenu conversation={peer.conversation} muted={muted} now={now} />
      )}
      <IconButton
        label="Search in this conversation"
        icon={<Search size={18} aria-hidden />}
        onClick={onSearch}
      />
      <IconButton
        label={infoOpen ? "Close details" : "Details"}
        aria-pressed={infoOpen}
        icon={<PanelRight size={18} aria-hidden />}
        onClick={onInfo}
      />
    </header>
  );
});
