/** What the message list shows, in order: days, groups of messages, notes, and the line above what is new. */
import type { MessageOrder, MessageView } from "../../api/generated";
import type { PendingText, PendingTexts } from "../../state/pendingTexts";
import { compareOrder } from "../../state/timeline";
import { sameDay } from "../../words/times";

export interface Group {
  readonly kind: "group";
  readonly key: string;
  readonly mine: boolean;
  readonly messages: readonly MessageView[];
  /** Words of ours that are not messages yet, at the place where they will be. */
  readonly pending: PendingTexts;
  /** Own messages whose status is drawn, by id; the others tell it on hover. */
  readonly glyphs: ReadonlySet<string>;
}

export type ListItem =
  | { readonly kind: "day"; readonly key: string; readonly time: number }
  | { readonly kind: "new"; readonly key: string }
  /** Messages between what is above and below it are not loaded. */
  | { readonly kind: "gap"; readonly key: string }
  | { readonly kind: "note"; readonly key: string; readonly message: MessageView }
  | Group;

/** Within this time, messages of one person belong together. */
const GROUP_MILLISECONDS = 5 * 60_000;
/** Counters that begin a new group: what is drawn anew with a message is bounded, wherever the loaded part begins. */
const GROUP_COUNTERS = 32;
const NOTHING: ReadonlySet<string> = new Set();

interface Around {
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
  /** That of this computer: in another one the days begin elsewhere. */
  readonly zone?: string;
}

/** `newFrom` is where the first message was that nobody had seen when the conversation was opened. */
export function listItems(
  messages: readonly MessageView[],
  newFrom: MessageOrder | null,
  pending: PendingTexts,
  { hasBefore, hasAfter }: Around,
): readonly ListItem[] {
  const items: ListItem[] = [];
  const withGlyph = messagesWithGlyph(messages);
  let latest = -Infinity;
  let lineDrawn = newFrom === null;
  for (const message of messages) {
    // Days only go forward: the service shows times in order, unless this computer's clock went back.
    if (message.shown_at > latest) {
      if (latest === -Infinity || !sameDay(latest, message.shown_at))
        items.push({ kind: "day", key: `day ${message.id}`, time: message.shown_at });
      latest = message.shown_at;
    }
    if (!lineDrawn && newFrom !== null && compareOrder(message.order, newFrom) >= 0) {
      lineDrawn = true;
      if (!message.mine) items.push({ kind: "new", key: "new" });
    }
    const last = items.at(-1);
    if (isNote(message)) items.push({ kind: "note", key: message.id, message });
    else if (last?.kind === "group" && belongs(last, message))
      items[items.length - 1] = { ...last, messages: [...last.messages, message] };
    else
      items.push({
        kind: "group",
        key: `group ${message.id}`,
        mine: message.mine,
        messages: [message],
        pending: [],
        glyphs: NOTHING,
      });
  }
  if (hasBefore) nameByEnd(items);
  if (hasAfter && pending.length > 0) items.push({ kind: "gap", key: "gap" });
  for (const text of pending) addPending(items, text);
  return items.map((item) => (item.kind === "group" && item.mine ? withGlyphs(item, withGlyph) : item));
}

function withGlyphs(group: Group, shown: ReadonlySet<string>): Group {
  const glyphs = group.messages.map(({ id }) => id).filter((id) => shown.has(id));
  return glyphs.length === 0 ? group : { ...group, glyphs: new Set(glyphs) };
}

/** The first group loses its first message whenever the full window takes in a new one; it stays the same group. */
function nameByEnd(items: ListItem[]): void {
  const place = items.findIndex((item) => item.kind === "group");
  const group = items[place];
  if (group?.kind !== "group") return;
  items[place] = { ...group, key: `group until ${group.messages.at(-1)?.id ?? ""}` };
}

function addPending(items: ListItem[], text: PendingText): void {
  const last = items.at(-1);
  const before = last?.kind === "group" ? (last.messages.at(-1)?.shown_at ?? text.writtenAt) : 0;
  if (last?.kind === "group" && last.mine && text.writtenAt - before < GROUP_MILLISECONDS)
    items[items.length - 1] = { ...last, pending: [...last.pending, text] };
  else
    items.push({
      kind: "group",
      key: `group ${text.messageId}`,
      mine: true,
      messages: [],
      pending: [text],
      glyphs: NOTHING,
    });
}

export function isNote(message: MessageView): boolean {
  return message.kind.startsWith("note_") || message.kind === "disappearing";
}

/** Own messages whose status is drawn: where it changes, and the last one. */
function messagesWithGlyph(messages: readonly MessageView[]): ReadonlySet<string> {
  const shown = new Set<string>();
  let next: MessageView | undefined;
  for (const message of messages.toReversed()) {
    if (!message.mine || isNote(message)) continue;
    if (next?.status !== message.status || next.reason?.code !== message.reason?.code) shown.add(message.id);
    next = message;
  }
  return shown;
}

function belongs(group: Group, message: MessageView): boolean {
  const last = group.messages.at(-1);
  return (
    last !== undefined &&
    group.mine === message.mine &&
    block(last) === block(message) &&
    Math.abs(message.shown_at - last.shown_at) < GROUP_MILLISECONDS &&
    !message.arrived_late
  );
}

function block({ order }: MessageView): number {
  return Math.floor(order[0] / GROUP_COUNTERS);
}
