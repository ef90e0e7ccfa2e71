/** Lists that several screens show, made from the rows of the workspace. */
import type { PeerView } from "../api/generated";
import { oneself } from "../state/oneself";
import type { Workspace } from "../state/workspace";
import { compareByName } from "./names";
import { presenceOf } from "./presence";

/** Whoever waits for an answer of ours. */
export function requestsOf({ peers }: Workspace): readonly PeerView[] {
  return [...peers.values()]
    .filter((peer) => !peer.blocked && (asksToRegister(peer) || asksToConnect(peer)))
    .sort((a, b) => a.relation_since - b.relation_since || compareByName(a, b));
}

export function asksToRegister(peer: PeerView): boolean {
  return peer.relation === "asks_you";
}

export function asksToConnect(peer: PeerView): boolean {
  return peer.relation === "registered" && peer.connection === "asks_you";
}

/** Everyone there is something to talk about with: what is pinned stands on top, then the latest conversation. */
export function directMessagesOf({ account, peers, conversations }: Workspace): readonly PeerView[] {
  const notes = conversations.has(account.notes) ? [oneself(account)] : [];
  return [...peers.values(), ...notes]
    .filter(
      (peer) =>
        ((peer.connection === "connected" || peer.awaited) && !peer.blocked) ||
        conversations.get(peer.conversation)?.last,
    )
    .sort(
      (a, b) =>
        isPinned(b, conversations) - isPinned(a, conversations) ||
        latest(b, conversations) - latest(a, conversations) ||
        compareByName(a, b),
    );
}

/** Those of them that are not put away. */
export function listedOf(workspace: Workspace): readonly PeerView[] {
  return directMessagesOf(workspace).filter((peer) => !isArchived(peer, workspace));
}

/** Those that are. */
export function archivedOf(workspace: Workspace): readonly PeerView[] {
  return directMessagesOf(workspace).filter((peer) => isArchived(peer, workspace));
}

function isArchived({ conversation }: PeerView, { conversations }: Workspace): boolean {
  return conversations.get(conversation)?.archived ?? false;
}

function isPinned({ conversation }: PeerView, conversations: Workspace["conversations"]): number {
  return Number(conversations.get(conversation)?.pinned ?? false);
}

/** Those who agreed or were asked: people online first, then by name. */
export function membersOf({ peers }: Workspace): readonly PeerView[] {
  return [...peers.values()]
    .filter((peer) => !peer.blocked && (peer.relation === "registered" || peer.relation === "requested"))
    .sort(
      (a, b) =>
        Number(b.relation === "registered") - Number(a.relation === "registered") ||
        Number(presenceOf(b) === "online") - Number(presenceOf(a) === "online") ||
        compareByName(a, b),
    );
}

/** Those one can write to, by name. */
export function connectedOf({ peers }: Workspace): readonly PeerView[] {
  return [...peers.values()]
    .filter((peer) => peer.connection === "connected" && !peer.blocked)
    .sort(compareByName);
}

function latest(peer: PeerView, conversations: Workspace["conversations"]): number {
  return conversations.get(peer.conversation)?.last?.arrived_at ?? peer.relation_since;
}

/** Everybody there is a row about, those one deals with first. */
export function peopleOf({ peers }: Workspace): readonly PeerView[] {
  const rank = (peer: PeerView) =>
    ["asks_you", "registered", "requested", "declined", "none", "gone"].indexOf(peer.relation);
  return [...peers.values()]
    .filter((peer) => !peer.blocked && !isDeclined(peer))
    .sort((a, b) => rank(a) - rank(b) || compareByName(a, b));
}

/** Those whom one blocked. */
export function blockedOf({ peers }: Workspace): readonly PeerView[] {
  return [...peers.values()].filter((peer) => peer.blocked).sort(compareByName);
}

/** Those whose last request one declined, the last one first. */
export function declinedOf({ peers }: Workspace): readonly PeerView[] {
  return [...peers.values()]
    .filter((peer) => isDeclined(peer) && !peer.blocked)
    .sort((a, b) => (b.declined_at ?? 0) - (a.declined_at ?? 0) || compareByName(a, b));
}

function isDeclined({ relation, declined_at }: PeerView): boolean {
  return relation === "none" && declined_at !== null;
}

const newest = new WeakMap<Workspace["drafts"], ReadonlyMap<string, string>>();

/** What was begun last in each conversation, by the conversation's id. */
export function newestDrafts({ drafts }: Workspace): ReadonlyMap<string, string> {
  const known = newest.get(drafts);
  if (known !== undefined) return known;
  const inOrder = [...drafts.values()].sort((a, b) => a.place - b.place);
  const found = new Map(inOrder.map((draft) => [draft.conversation, draft.text]));
  newest.set(drafts, found);
  return found;
}
