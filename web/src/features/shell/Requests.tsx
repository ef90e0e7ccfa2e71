/** Whoever waits for an answer: a few as cards, many as one line. */
import { useRef, useState } from "react";

import type { PeerView } from "../../api/generated";
import { Button } from "../../components/Button";
import { answerConnection, answerContact } from "../../state/actions";
import { useSession, useWorkspace } from "../../state/context";
import { asksToRegister, requestsOf } from "../../words/lists";
import { RequestCard } from "./RequestCard";
import { Section } from "./Section";

/** More than these wait behind one button: whoever is asked by hundreds still sees their conversations. */
const REQUESTS_SHOWN_AT_ONCE = 3;
const REQUESTS_SHOWN_MORE = 20;

export function Requests({ onOpen }: { readonly onOpen: (conversation: string) => void }) {
  const { service, cid } = useSession();
  const requests = useWorkspace(requestsOf);
  const few = requests.length <= REQUESTS_SHOWN_AT_ONCE;
  // Cards that are there stay where they are, however many more come.
  const [shown, setShown] = useState(few ? REQUESTS_SHOWN_AT_ONCE : 0);
  const { settled, settle, pointer } = useSettled();
  const visible = few ? requests : requests.slice(0, shown);
  const hidden = requests.length - visible.length;
  const waiting = new Set(requests.map((peer) => peer.cid));
  const cards = [...visible, ...settled.filter((peer) => !waiting.has(peer.cid))].sort(
    (a, b) => a.relation_since - b.relation_since,
  );
  if (requests.length + cards.length === 0) return null;
  return (
    <Section title="Requests" count={requests.length} countOf="waiting">
      <ul className="flex flex-col gap-2" {...pointer}>
        {cards.map((peer) => (
          <RequestCard
            key={peer.cid.toString()}
            peer={peer}
            settled={!waiting.has(peer.cid)}
            onAnswer={async (accept) => {
              settle(peer);
              await (asksToRegister(peer) ? answerContact : answerConnection)(service, cid, peer.cid, accept);
              if (accept) onOpen(peer.conversation);
            }}
            onBlock={() => service.request("BlockPeer", { cid, peer: peer.cid })}
          />
        ))}
      </ul>
      {hidden > 0 && (
        <Button
          size="small"
          className="mt-1"
          onClick={() => {
            setShown(visible.length + REQUESTS_SHOWN_MORE);
          }}
        >
          {visible.length === 0 ? `${hidden.toString()} requests` : `${hidden.toString()} more`}
        </Button>
      )}
    </Section>
  );
}

/**
 * Requests that were answered a moment ago, as they were. Their cards keep their places while the pointer is there: the
 * next press must not meet a button that has just moved under it.
 */
function useSettled() {
  const [settled, setSettled] = useState<readonly PeerView[]>([]);
  const pointed = useRef(false);
  return {
    settled,
    settle: (peer: PeerView) => {
      if (pointed.current) setSettled((before) => [...before, peer]);
    },
    pointer: {
      onPointerEnter: () => {
        pointed.current = true;
      },
      onPointerLeave: () => {
        pointed.current = false;
        setSettled([]);
      },
    },
  };
}
