/** Who came by an invitation; a name opens the conversation with them. */
import type { GuestView } from "../../api/generated";
import { useWorkspace } from "../../state/context";
import { displayName } from "../../words/names";

interface Props {
  readonly guests: readonly GuestView[];
  readonly onConversation: (conversation: string) => void;
}

export function Guests({ guests, onConversation }: Props) {
  const peers = useWorkspace((workspace) => workspace.peers);
  if (guests.length === 0) return null;
  return (
    <ul aria-label="Who came by it" className="flex flex-wrap gap-x-1.5 gap-y-1 text-13">
      {guests.map((guest) => {
        const conversation = peers.get(guest.cid)?.conversation;
        const name = displayName(guest);
        return (
          <li key={guest.cid.toString()} className="max-w-full">
            {conversation === undefined ? (
              <bdi className="block overflow-clip px-1 text-ink-2">{name}</bdi>
            ) : (
              <button
                type="button"
                aria-label={`Open the conversation with ${name}`}
                className="flex min-h-7 max-w-full items-center rounded-control bg-accent-soft px-2.5 text-accent-ink hover:underline"
                onClick={() => {
                  onConversation(conversation);
                }}
              >
                <bdi className="truncate">{name}</bdi>
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
