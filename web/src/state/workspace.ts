/** What is known of one account: a snapshot, and the events that have changed it since. */
import type {
  AccountView,
  Cid,
  ConversationView,
  DraftView,
  PeerView,
  Snapshot,
  TimelinePage,
  ViewEvent,
  ViewEvents,
} from "../api/generated";
import { sharing } from "../api/sharing";
import type { Timeline } from "./timeline";
import { ofPage, withMessage, withPageAfter, withPageBefore } from "./timeline";

/** The events there are, as the service's own type lists them. */
export type ServiceEvent = ViewEvents["events"][number] & ViewEvent;

export interface Workspace {
  readonly account: AccountView;
  readonly peers: ReadonlyMap<Cid, PeerView>;
  readonly conversations: ReadonlyMap<Cid, ConversationView>;
  /** Only conversations that were opened. */
  readonly timelines: ReadonlyMap<Cid, Timeline>;
  readonly typing: ReadonlySet<Cid>;
  /** What is being written, in this window and in others, by `draftKey`. */
  readonly drafts: ReadonlyMap<string, DraftView>;
}

/** A fresh start; the windows of open conversations stay on screen until their fresh pages are there. */
export function applySnapshot(before: Workspace | null, snapshot: Snapshot): Workspace {
  const timelines = new Map<Cid, Timeline>();
  for (const [cid, timeline] of before?.timelines ?? []) timelines.set(cid, { ...timeline, stale: true });
  return {
    account: snapshot.account,
    peers: new Map(snapshot.peers.map((peer) => [peer.cid, peer])),
    conversations: new Map(snapshot.conversations.map((row) => [row.peer_cid, row])),
    timelines,
    typing: new Set(),
    drafts: new Map(snapshot.drafts.map((draft) => [draftKey(draft), draft])),
  };
}

/** The only place where events change what is shown. */
export function applyEvent(state: Workspace, event: ViewEvent): Workspace {
  switch (event.type) {
    case "AccountChanged":
      return { ...state, account: sharing(state.account, event.account) };
    case "PeerChanged":
      return { ...state, peers: withEntry(state.peers, event.peer.cid, event.peer) };
    case "PathChanged": {
      const peer = state.peers.get(event.peer_cid);
      if (peer === undefined) return state;
      return { ...state, peers: withEntry(state.peers, event.peer_cid, { ...peer, path: event.path }) };
    }
    case "ConversationChanged":
      return {
        ...state,
        conversations: withEntry(state.conversations, event.conversation.peer_cid, event.conversation),
      };
    case "MessageChanged": {
      const { peer_cid } = event.message;
      const timeline = state.timelines.get(peer_cid);
      if (timeline === undefined) return state;
      return {
        ...state,
        timelines: new Map(state.timelines).set(peer_cid, withMessage(timeline, event.message)),
      };
    }
    case "DraftChanged":
      return { ...state, drafts: new Map(state.drafts).set(draftKey(event.draft), event.draft) };
    case "DraftRemoved": {
      const drafts = new Map(state.drafts);
      drafts.delete(draftKey(event));
      return { ...state, drafts };
    }
    case "TypingChanged":
      return {
        ...state,
        typing: event.typing
          ? new Set([...state.typing, event.peer_cid])
          : withoutMember(state.typing, event.peer_cid),
      };
    default:
      event satisfies never; // the compiler says when one is missing; a newer service may have more
      return state;
  }
}

export type PagePlace = "replace" | "before" | "after";

/** Old messages do not come as events; they are asked for, a page at a time. */
export function applyPage(state: Workspace, page: TimelinePage, place: PagePlace): Workspace {
  const known = state.timelines.get(page.peer_cid);
  const timeline =
    place === "replace" || known === undefined
      ? ofPage(page)
      : place === "before"
        ? withPageBefore(known, page)
        : withPageAfter(known, page);
  return { ...state, timelines: new Map(state.timelines).set(page.peer_cid, timeline) };
}

export function draftKey({ conversation, slot }: Pick<DraftView, "conversation" | "slot">): string {
  return `${conversation} ${slot}`;
}

function withEntry<Value>(map: ReadonlyMap<Cid, Value>, cid: Cid, value: Value): ReadonlyMap<Cid, Value> {
  const known = map.get(cid);
  const shared = sharing(known, value);
  return known !== undefined && shared === known ? map : new Map(map).set(cid, shared);
}

function withoutMember(set: ReadonlySet<Cid>, cid: Cid): ReadonlySet<Cid> {
  return set.has(cid) ? new Set([...set].filter((other) => other !== cid)) : set;
}
