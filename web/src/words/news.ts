/** What happened between two states of an account, in words: for those who listen, and for those who wait for it. */
import type { ConversationView, PeerView } from "../api/generated";
import type { Workspace } from "../state/workspace";
import { displayName } from "./names";
import { lineOf, previewOf, saidIn } from "./previews";
import { sentenceOf } from "./reasons";

export interface News {
  readonly conversation: string;
  readonly words: string;
  /** Somebody answered what this account asked, or parted from it: shown as well, wherever one is. */
  readonly shown: boolean;
}

/** In the order of the peers; nothing at the first look, when all of it is there already. */
export function newsBetween(before: Workspace | null, after: Workspace): News[] {
  if (before === null || before === after) return [];
  const news: News[] = [];
  for (const peer of after.peers.values()) {
    const known = before.peers.get(peer.cid);
    if (known !== peer) news.push(...ofPeer(known, peer));
    const then = before.conversations.get(peer.conversation);
    const now = after.conversations.get(peer.conversation);
    if (now !== undefined && now !== then) news.push(...ofConversation(peer, then, now));
  }
  return news;
}

function ofPeer(before: PeerView | undefined, peer: PeerView): News[] {
  const name = displayName(peer);
  const tell = (words: string, shown = false): News => ({ conversation: peer.conversation, words, shown });
  if (peer.blocked) return [];
  if (peer.identity_changed && before?.identity_changed !== true)
    return [tell(`The identity of ${name} changed.`)];
  if (peer.relation === "asks_you" && before?.relation !== "asks_you")
    return [tell(`${name} wants to talk to you.`)];
  if (before?.relation === "requested" && peer.relation === "registered")
    return [tell(`${name} accepted. You can talk now.`, true)];
  if (before?.relation === "requested" && peer.relation === "declined")
    return [tell(`${name} declined.`, true)];
  return [];
}

function ofConversation(peer: PeerView, before: ConversationView | undefined, now: ConversationView): News[] {
  const { last } = now;
  if (last === null || peer.blocked) return [];
  const name = displayName(peer);
  const tell = (words: string, shown = false): News[] => [{ conversation: now.id, words, shown }];
  if (last.kind.startsWith("note_") || last.kind === "disappearing") {
    if (last.id === before?.last?.id) return [];
    return tell(`${lineOf(last, name) ?? saidIn(last)}.`, last.kind === "note_disconnected_there");
  }
  if (!last.mine) {
    const arrived = now.unread - (before?.unread ?? 0);
    if (last.id === before?.last?.id || arrived <= 0) return [];
    return tell(
      arrived === 1 ? `${name}: ${previewOf(last)}` : `${arrived.toString()} new messages from ${name}.`,
    );
  }
  const then = before?.last?.id === last.id ? before.last : null;
  if (then?.status === last.status && then.reason?.code === last.reason?.code) return [];
  switch (last.status) {
    case "delivered":
      return tell(`Delivered to ${name}.`);
    case "read":
      return tell(`Read by ${name}.`);
    case "queued":
      return last.reason === null
        ? []
        : tell(`Queued. ${sentenceOf(last.reason, { peer: name, waiting: true })}`);
    default:
      return then === null ? [] : tell("Sent.");
  }
}
