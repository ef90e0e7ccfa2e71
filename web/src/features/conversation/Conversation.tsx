/** One conversation: head, messages, and the place to write. */
import { UserRoundX } from "lucide-react";
import { memo, useCallback, useEffect, useState } from "react";

import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { usePendingTexts, useSession, useSessionState, useWorkspace } from "../../state/context";
import { peerIn } from "../../state/workspace";
import { displayName, isAmbiguous } from "../../words/names";
import { presenceOf } from "../../words/presence";
import { useAmbiguousNames } from "../../words/useAmbiguousNames";
import { Composer } from "./Composer";
import { canWrite, ComposerGate } from "./ComposerGate";
import { ConversationHead } from "./ConversationHead";
import { Vanishing } from "./disappearing/Vanishing";
import { Scheduled } from "./later/Scheduled";
import { MessageList } from "./MessageList";
import { Pins } from "./pins/Pins";

interface Props {
  readonly id: string;
  readonly infoOpen: boolean;
  readonly onInfo: () => void;
  readonly onSearch: () => void;
  readonly onBack: () => void;
}

const NONE: readonly never[] = [];

export const Conversation = memo(function Conversation({ id, infoOpen, onInfo, onSearch, onBack }: Props) {
  const session = useSession();
  const account = useWorkspace((workspace) => workspace.account);
  const peer = useWorkspace((workspace) => peerIn(workspace, id));
  const ambiguous = useAmbiguousNames();
  const conversation = useWorkspace((workspace) => workspace.conversations.get(id));
  const timeline = useWorkspace((workspace) => workspace.timelines.get(id));
  const typing = useWorkspace((workspace) => workspace.typing.has(id));
  const pending = usePendingTexts((texts) => texts.filter((text) => text.conversation === id));
  const failed = useSessionState((state) => state.failedPages.has(id));
  const [sent, setSent] = useState(0);
  const countSent = useCallback(() => {
    setSent((count) => count + 1);
  }, []);

  useEffect(() => {
    session.pages.open(id);
  }, [session, id]);

  if (peer === undefined) return <NobodyThere onBack={onBack} />;
  const name = displayName(peer);
  return (
    <section aria-label={`${name}, conversation`} className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <ConversationHead
        peer={peer}
        link={account.link}
        ambiguous={isAmbiguous(peer, ambiguous)}
        muted={conversation?.muted ?? null}
        livesFor={conversation?.lives_for ?? null}
        infoOpen={infoOpen}
        onBack={onBack}
        onInfo={onInfo}
        onSearch={onSearch}
      />
      <Pins
        key={`${id} pins`}
        pins={conversation?.pins}
        peer={peer}
        writable={canWrite(peer, account.link)}
      />
      {timeline !== undefined ? (
        <MessageList
          account={account}
          peer={peer}
          conversation={conversation}
          timeline={timeline}
          pending={pending}
          sent={sent}
        />
      ) : failed ? (
        <HistoryFailed
          onRetry={() => {
            session.pages.open(id);
          }}
        />
      ) : (
        <HistoryLoading />
      )}
      <Vanishing key={`${id} vanishing`} messages={timeline?.messages ?? NONE} />
      <TypingLine name={name} typing={typing && presenceOf(peer) === "online"} />
      <Scheduled conversation={id} peerName={name} />
      {canWrite(peer, account.link) ? (
        <Composer
          // Another conversation is another text.
          key={id}
          conversation={id}
          peerName={name}
          onSent={countSent}
        />
      ) : (
        <ComposerGate peer={peer} talkedBefore={conversation?.last != null} onCompare={onInfo} />
      )}
    </section>
  );
});

/** Always there, so that nothing moves when somebody begins to type. */
const TypingLine = memo(function TypingLine({
  name,
  typing,
}: {
  readonly name: string;
  readonly typing: boolean;
}) {
  return (
    <p
      role="status"
      aria-live="polite"
      className="flex h-6 shrink-0 items-center gap-2 px-4 text-12 text-ink-3 tablet:px-6"
    >
      {typing && (
        <>
          <span aria-hidden className="flex gap-0.5">
            {[0, 150, 300].map((delay) => (
              <span
                key={delay}
                className="typing-dot size-1 rounded-round bg-ink-3 opacity-60"
                style={{ animationDelay: `${delay.toString()}ms` }}
              />
            ))}
          </span>
          <span>
            <bdi>{name}</bdi> is typing…
          </span>
        </>
      )}
    </p>
  );
});

function NobodyThere({ onBack }: { readonly onBack: () => void }) {
  return (
    <div className="flex h-full items-center justify-center bg-surface">
      <EmptyState
        icon={<UserRoundX size={22} />}
        title="There is no such conversation"
        level={1}
        action={<Button onClick={onBack}>Back to your conversations</Button>}
      >
        The link may belong to another account, or you have nothing to do with this person yet.
      </EmptyState>
    </div>
  );
}

function HistoryFailed({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center">
      <EmptyState
        icon={<UserRoundX size={22} />}
        title="The messages could not be read"
        action={<Button onClick={onRetry}>Try again</Button>}
      >
        Casemate on this computer did not answer. They are still there.
      </EmptyState>
    </div>
  );
}

/** In the final layout, and only when it takes long enough to be noticed. */
function HistoryLoading() {
  return (
    <div
      role="status"
      aria-label="Loading messages"
      className="flex min-h-0 flex-1 flex-col justify-end gap-5 overflow-hidden px-4 pb-4 tablet:px-6"
    >
      {[64, 40, 72, 52].map((width) => (
        <div key={width} className="flex gap-3">
          <span className="skeleton size-8 !rounded-round" />
          <span className="flex flex-1 flex-col gap-2">
            <span className="skeleton h-3 w-24" />
            <span className="skeleton h-4" style={{ width: `${width.toString()}%`, maxWidth: "60ch" }} />
          </span>
        </div>
      ))}
    </div>
  );
}
