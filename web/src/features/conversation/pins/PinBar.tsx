/** The message that was pinned last, and the way to all of them. */
import { ListOrdered, Pin, PinOff } from "lucide-react";
import { useRef } from "react";

import type { ConversationView, PeerView, PinView } from "../../../api/generated";
import { Button, IconButton } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { EmptyState } from "../../../components/EmptyState";
import { useAttempt, useNow, useSession } from "../../../state/context";
import { displayName } from "../../../words/names";
import { pinLine } from "../../../words/pins";
import { sentenceOf } from "../../../words/reasons";
import { sinceTime } from "../../../words/times";

interface Props {
  readonly pins: ConversationView["pins"];
  readonly peer: PeerView;
  /** What is pinned can be changed now. */
  readonly writable: boolean;
  /** The list of all. */
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

export default function PinBar({ pins, peer, writable, open, onOpen }: Props) {
  const session = useSession();
  const [newest] = pins;
  return (
    <>
      {newest !== undefined && (
        <section
          aria-label="Pinned"
          className="flex h-10 shrink-0 items-center gap-1 border-b border-line bg-surface pr-3 pl-3 text-13 tablet:pr-6 tablet:pl-5"
        >
          <button
            type="button"
            className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-control px-1 text-left hover:bg-hover"
            onClick={() => void session.pages.jump(peer.conversation, newest.id)}
          >
            <Pin size={14} aria-hidden className="shrink-0 text-accent-ink" />
            <span className="sr-only">Show the pinned message: </span>
            <bdi className="min-w-0 truncate">{pinLine(newest)}</bdi>
            <span className="shrink-0 pl-1 text-12 text-ink-3 max-tablet:hidden">
              <PinnedBy pin={newest} peer={peer} />
            </span>
          </button>
          <Button
            size="small"
            kind="quiet"
            icon={<ListOrdered size={15} aria-hidden />}
            aria-haspopup="dialog"
            onClick={() => {
              onOpen(true);
            }}
          >
            {pins.length === 1 ? "1 pinned" : `All ${pins.length.toString()} pinned`}
          </Button>
        </section>
      )}
      {open && (
        <PinsDialog
          pins={pins}
          peer={peer}
          writable={writable}
          onClose={() => {
            onOpen(false);
          }}
        />
      )}
    </>
  );
}

function PinsDialog({
  pins,
  peer,
  writable,
  onClose,
}: Omit<Props, "open" | "onOpen"> & { readonly onClose: () => void }) {
  const { cid, pages, service } = useSession();
  const [attempt, run] = useAttempt();
  const now = useNow();
  const list = useRef<HTMLDivElement>(null);
  const unpin = ({ author, id }: PinView) => {
    const fields = { cid, conversation: peer.conversation, author, message_id: id, pinned: false };
    // The button goes with what it let go of.
    void run(() => service.request("PinMessage", fields)).then((done) => {
      if (done) list.current?.focus();
    });
  };
  return (
    <Dialog title="Pinned messages" onClose={onClose} className="max-w-md">
      <div ref={list} tabIndex={-1} className="h-96 max-h-[70dvh] overflow-y-auto px-3 pb-4">
        {attempt.state === "refused" && (
          <p role="alert" className="px-2 pb-2 text-13 text-red-ink">
            {sentenceOf(attempt.reason, { peer: displayName(peer) })}
          </p>
        )}
        {pins.length === 0 ? (
          <EmptyState icon={<PinOff size={22} />} title="Nothing is pinned here any more">
            Pin a message in its menu, and both of you find it here.
          </EmptyState>
        ) : (
          <ol aria-label="Pinned messages">
            {pins.map((pin) => (
              <li key={`${pin.author} ${pin.id}`} className="flex items-center gap-1">
                <button
                  type="button"
                  className="min-w-0 flex-1 rounded-control px-2 py-2 text-left hover:bg-hover"
                  onClick={() => {
                    onClose();
                    void pages.jump(peer.conversation, pin.id);
                  }}
                >
                  <span className="line-clamp-2 text-15 wrap-anywhere" dir="auto">
                    {pinLine(pin)}
                  </span>
                  <span className="text-12 text-ink-3">
                    <PinnedBy pin={pin} peer={peer} /> · {sinceTime(pin.made_at, now)}
                  </span>
                </button>
                {writable && (
                  <IconButton
                    label="Unpin"
                    icon={<PinOff size={16} aria-hidden />}
                    onClick={() => {
                      unpin(pin);
                    }}
                  />
                )}
              </li>
            ))}
          </ol>
        )}
      </div>
    </Dialog>
  );
}

function PinnedBy({ pin, peer }: { readonly pin: PinView; readonly peer: PeerView }) {
  if (pin.by !== peer.account_id) return "Pinned by you";
  return (
    <>
      Pinned by <bdi>{displayName(peer)}</bdi>
    </>
  );
}
