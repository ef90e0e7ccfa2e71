/** What is known of one account: a snapshot, and the events that have changed it since. */
import type {
  AccountView,
  Cid,
  ConversationView,
  DraftView,
  PeerView,
  ScheduledView,
  Snapshot,
  TimelinePage,
  ViewEvent,
  ViewEvents,
} from "../api/generated";
import { sharing } from "../api/sharing";
import { oneself } from "./oneself";
import type { Timeline } from "./timeline";
import { ofPage, withMessage, withPageAfter, withPageBefore } from "./timeline";

/** The events there are, as the service's own type lists them. */
export type ServiceEvent = ViewEvents["events"][number] & ViewEvent;

export interface Workspace {
  readonly account: AccountView;
  readonly peers: ReadonlyMap<Cid, PeerView>;
  /** By id, as all that belongs to a conversation. */
  readonly conversations: ReadonlyMap<string, ConversationView>;
  /** Only conversations that were opened. */
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** The conversations in which the other one is. */
  readonly typing: ReadonlySet<string>;
  /** What is being written, in this window and in others, by `draftKey`. */
  readonly drafts: ReadonlyMap<string, DraftView>;
  /** What is to be sent later, by the id of the message that it will be. */
  readonly scheduled: ReadonlyMap<string, ScheduledView>;
}

/** A fresh start; the windows of open conversations stay on screen until their fresh pages are there. */
export function applySnapshot(before: Workspace | null, snapshot: Snapshot): Workspace {
  const timelines = new Map<string, Timeline>();
  for (const [id, timeline] of before?.timelines ?? []) timelines.set(id, { ...timeline, stale: true });
  return {
    account: snapshot.account,
    peers: new Map(snapshot.peers.map((peer) => [peer.cid, peer])),
    conversations: new Map(snapshot.conversations.map((row) => [row.id, row])),
    timelines,
    typing: new Set(),
    drafts: new Map(snapshot.drafts.map((draft) => [draftKey(draft), draft])),
    scheduled: new Map(snapshot.scheduled.map((each) => [each.id, each])),
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
      const peer = state.peers.get(event.peer);
      if (peer === undefined) return state;
      return { ...state, peers: withEntry(state.peers, event.peer, { ...peer, path: event.path }) };
    }
    case "ConversationChanged":
      return {
        ...state,
        conversations: withEntry(state.conversations, event.conversation.id, event.conversation),
      };
    case "MessageChanged": {
      const { conversation } = event.message;
      const timeline = state.timelines.get(conversation);
      if (timeline === undefined) return state;
      return {
        ...state,
        timelines: new Map(state.timelines).set(conversation, withMessage(timeline, event.message)),
      };
    }
    case "MessageRemoved": {
      const timeline = state.timelines.get(event.conversation);
      if (timeline === undefined) return state;
      const messages = timeline.messages.filter(({ id }) => id !== event.id);
      if (messages.length === timeline.messages.length) return state;
      return {
        ...state,
        timelines: new Map(state.timelines).set(event.conversation, { ...timeline, messages }),
      };
    }
    case "DraftChanged":
      return { ...state, drafts: new Map(state.drafts).set(draftKey(event.draft), event.draft) };
    case "DraftRemoved": {
      const drafts = new Map(state.drafts);
      drafts.delete(draftKey(event));
      return { ...state, drafts };
    }
    case "ScheduledChanged":
      return { ...state, scheduled: new Map(state.scheduled).set(event.scheduled.id, event.scheduled) };
    case "ScheduledRemoved": {
      const scheduled = new Map(state.scheduled);
      scheduled.delete(event.id);
      return { ...state, scheduled };
    }
    case "TypingChanged":
      return {
        ...state,
        typing: event.typing
          ? new Set([...state.typing, event.conversation])
          : withoutMember(state.typing, event.conversation),
      };
    default:
      event satisfies never; // the compiler says when one is missing; a newer service may have more
      return state;
  }
}

export type PagePlace = "replace" | "before" | "after";

/** Old messages do not come as events; they are asked for, a page at a time. */
export function applyPage(state: Workspace, page: TimelinePage, place: PagePlace): Workspace {
  const known = state.timelines.get(page.conversation);
  const timeline =
    place === "replace" || known === undefined
      ? ofPage(page)
      : place === "before"
        ? withPageBefore(known, page)
        : withPageAfter(known, page);
  return { ...state, timelines: new Map(state.timelines).set(page.conversation, timeline) };
}

/** Whom one talks to there. A conversation has no row of its own before the two agreed or said anything. */
export function peerIn(
  { account, conversations, peers }: Workspace,
  conversation: string,
): PeerView | undefined {
  if (conversation === account.notes) return oneself(account);
  const row = conversations.get(conversation);
  if (row !== undefined) return peers.get(row.peer);
  return [...peers.values()].find((peer) => peer.conversation === conversation);
}

export function draftKey({ conversation, slot }: Pick<DraftView, "conversation" | "slot">): string {
  return `${conversation} ${slot}`;
}

function withEntry<Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
  value: Value,
): ReadonlyMap<Key, Value> {
  const known = map.get(key);
  const shared = sharing(known, value);
  return known !== undefined && shared === known ? map : new Map(map).set(key, shared);
}

function withoutMember(set: ReadonlySet<string>, member: string): ReadonlySet<string> {
  return set.has(member) ? new Set([...set].filter((other) => other !== member)) : set;
}
