/** Sends what messages say to somebody, as words of one's own: to as many as one likes, one press each. */
import { Check, Forward, Search } from "lucide-react";
import { useState } from "react";

import type { MessageView, PeerView } from "../../../api/generated";
import { Avatar } from "../../../components/Avatar";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { PersonName } from "../../../components/PersonName";
import { useSession, useWorkspace } from "../../../state/context";
import { isOneself, oneself } from "../../../state/oneself";
import { connectedOf } from "../../../words/lists";
import { displayName, initials, matchesQuery } from "../../../words/names";
import { presenceOf } from "../../../words/presence";
import { quotedLine } from "../../../words/previews";

interface Props {
  readonly messages: readonly MessageView[];
  readonly onClose: () => void;
}

export function ForwardDialog({ messages, onClose }: Props) {
  const session = useSession();
  const connected = useWorkspace(connectedOf);
  const notes = useWorkspace(({ account }) => oneself(account));
  const people = [...connected, notes];
  const [query, setQuery] = useState("");
  const [sent, setSent] = useState<ReadonlySet<string>>(new Set());
  const [first] = messages;
  const found = people.filter((peer) => matchesQuery(peer, query));
  const send = ({ conversation }: PeerView) => {
    for (const { text } of messages) if (text !== null) session.outgoing.sendCopy(conversation, text);
    setSent(new Set([...sent, conversation]));
  };
  return (
    <Dialog
      title={messages.length === 1 ? "Forward" : `Forward ${messages.length.toString()} messages`}
      onClose={onClose}
      className="max-w-md"
    >
      <div className="flex min-h-0 flex-col px-5 pb-4">
        {first !== undefined && (
          <p
            dir="auto"
            className="line-clamp-2 border-l-2 border-line-strong pl-3 text-13 wrap-anywhere text-ink-2"
          >
            {quotedLine(first)}
          </p>
        )}
        <p className="pt-2 pb-3 text-12 text-ink-3">
          It goes out as your own words: who wrote it first is not said.
        </p>
        <label className="flex items-center gap-2 rounded-control border border-line-strong px-2.5 focus-within:border-focus focus-within:ring-1 focus-within:ring-focus">
          <Search size={15} aria-hidden className="text-ink-3" />
          <input
            aria-label="Find a person"
            placeholder="Find a person"
            autoComplete="off"
            dir="auto"
            value={query}
            onChange={({ currentTarget }) => {
              setQuery(currentTarget.value);
            }}
            className="h-9 min-w-0 flex-1 bg-transparent text-13 placeholder:text-ink-3 focus-visible:outline-none"
          />
        </label>
        <ul aria-label="People" className="mt-2 h-72 overflow-y-auto">
          {found.map((peer) => (
            <li
              key={peer.conversation}
              className="flex h-11 items-center gap-3 pr-1 [--behind:var(--raised)]"
            >
              <Avatar
                initials={initials(displayName(peer))}
                colourKey={peer.account_id}
                size={24}
                presence={isOneself(peer) ? undefined : presenceOf(peer)}
              />
              <PersonName cut name={displayName(peer)} username={peer.username} className="flex-1 text-13" />
              {sent.has(peer.conversation) ? (
                <span role="status" className="flex items-center gap-1 text-12 text-ink-2">
                  <Check size={14} aria-hidden className="text-green-ink" />
                  {isOneself(peer) ? "Kept" : "On its way"}
                </span>
              ) : (
                <Button
                  size="small"
                  icon={<Forward size={14} aria-hidden />}
                  aria-label={`Send to ${displayName(peer)}`}
                  onClick={() => {
                    send(peer);
                  }}
                >
                  Send
                </Button>
              )}
            </li>
          ))}
          {found.length === 0 && (
            <li className="py-6 text-center text-13 text-ink-3">
              {people.length === 0 ? "There is nobody you can write to yet." : "Nobody is called that."}
            </li>
          )}
        </ul>
        <div className="flex justify-end pt-3">
          <Button onClick={onClose}>{sent.size > 0 ? "Done" : "Cancel"}</Button>
        </div>
      </div>
    </Dialog>
  );
}
