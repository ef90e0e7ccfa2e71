/** The loaded part of one conversation: a window of messages in display order. */
import type { MessageOrder, MessageView, TimelinePage } from "../api/generated";
import { sharing } from "../api/sharing";

export interface Timeline {
  readonly messages: readonly MessageView[];
  /** There are older messages than the first one here, not loaded. */
  readonly hasBefore: boolean;
  /** There are newer messages than the last one here, not loaded. */
  readonly hasAfter: boolean;
  /** Changes may have been missed while this was shown; a fresh page is on its way. */
  readonly stale: boolean;
}

/** More is never drawn at once; what is far from the reader is let go and loaded again when needed. */
export const WINDOW_MESSAGES = 400;
const ROOM_MESSAGES = 60;

export function compareOrder(a: MessageOrder, b: MessageOrder): number {
  return a[0] - b[0] || compareIds(a[1], b[1]) || compareIds(a[2], b[2]);
}

/** Hex of one length, as bytes. */
function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Adds or replaces one message, if its place is inside the window. */
export function withMessage(timeline: Timeline, message: MessageView): Timeline {
  const { messages } = timeline;
  const known = messages.findLastIndex((other) => other.id === message.id);
  const others = known === -1 ? messages : messages.toSpliced(known, 1);
  const place = others.findLastIndex((other) => compareOrder(other.order, message.order) < 0) + 1;
  if (known === place) {
    const shared = sharing(messages[known], message);
    return shared === messages[known] ? timeline : { ...timeline, messages: messages.with(known, shared) };
  }
  const olderThanWindow = place === 0 && timeline.hasBefore;
  const newerThanWindow = place === others.length && timeline.hasAfter;
  if (olderThanWindow || newerThanWindow) return known === -1 ? timeline : { ...timeline, messages: others };
  return trimmedAtStart({ ...timeline, messages: others.toSpliced(place, 0, message) });
}

/** What a request for the latest page, or for one around a place, brought: it replaces the window. */
export function ofPage(page: TimelinePage): Timeline {
  return {
    messages: sorted(page.messages),
    hasBefore: page.has_before,
    hasAfter: page.has_after,
    stale: false,
  };
}

/** A page that ends where the window begins. */
export function withPageBefore(timeline: Timeline, page: TimelinePage): Timeline {
  const messages = merged(page.messages, timeline.messages);
  const kept = messages.slice(0, WINDOW_MESSAGES);
  return {
    ...timeline,
    messages: kept,
    hasBefore: page.has_before,
    hasAfter: timeline.hasAfter || kept.length < messages.length,
  };
}

/** A page that begins where the window ends. */
export function withPageAfter(timeline: Timeline, page: TimelinePage): Timeline {
  const messages = merged(page.messages, timeline.messages);
  return trimmedAtStart({ ...timeline, messages, hasAfter: page.has_after });
}

/**
 * Lets many go at once at one end. What stays moves on the screen then, and a browser takes as long to move all of it as
 * to draw some messages: one by one, each new message would cost that.
 */
export function withRoom(timeline: Timeline, end: "start" | "end"): Timeline {
  const { messages } = timeline;
  return end === "start"
    ? { ...timeline, messages: messages.slice(ROOM_MESSAGES), hasBefore: true }
    : { ...timeline, messages: messages.slice(0, -ROOM_MESSAGES), hasAfter: true };
}

function trimmedAtStart(timeline: Timeline): Timeline {
  const surplus = timeline.messages.length - WINDOW_MESSAGES;
  return surplus <= 0
    ? timeline
    : { ...timeline, messages: timeline.messages.slice(surplus), hasBefore: true };
}

/** What is in the window already is newer than the page that was asked for: events kept it up to date. */
function merged(page: readonly MessageView[], window: readonly MessageView[]): readonly MessageView[] {
  const known = new Set(window.map((message) => message.id));
  return sorted([...page.filter((message) => !known.has(message.id)), ...window]);
}

function sorted(messages: readonly MessageView[]): readonly MessageView[] {
  return messages.toSorted((a, b) => compareOrder(a.order, b.order));
}
