/** What becomes of messages in the fake world: on both sides at once, as if each change had arrived. */
import type { LinkPreviewView, MessageReference, MessageVersions, MessageView } from "../api/generated";
import type { FakeAccount } from "./FakeAccount";

/** Of a message to which nothing has happened. */
export const UNCHANGED = {
  reply: null,
  edited_at: null,
  deleted: false,
  reactions: [],
  pending: null,
  preview: null,
  lives_for: null,
  ends_at: null,
} satisfies Partial<MessageView>;

export class FakeChanges {
  private readonly versions = new Map<string, MessageVersions["versions"][number][]>();

  constructor(private readonly now: () => number) {}

  edit(sides: readonly FakeAccount[], conversation: string, id: string, text: string): void {
    const first = sides[0]?.message(conversation, id);
    if (first === undefined) return;
    const before = this.versions.get(id) ?? [{ text: first.text ?? "", made_at: first.written_at }];
    this.versions.set(id, [...before, { text, made_at: this.now() }]);
    this.change(sides, conversation, id, () => ({ text, edited_at: this.now() }));
  }

  delete(sides: readonly FakeAccount[], conversation: string, id: string): void {
    this.versions.delete(id);
    this.change(sides, conversation, id, () => ({ ...UNCHANGED, text: "", bytes: 0, deleted: true }));
  }

  react(
    sides: readonly FakeAccount[],
    by: FakeAccount,
    conversation: string,
    id: string,
    emojis: readonly string[],
  ): void {
    this.change(sides, conversation, id, ({ reactions }) => ({
      reactions: [...new Set([...reactions.map(({ emoji }) => emoji), ...emojis])]
        .map((emoji) => ({ emoji, authors: authorsOf(emoji, reactions, by.account_id, emojis) }))
        .filter(({ authors }) => authors.length > 0),
    }));
  }

  pin(
    sides: readonly FakeAccount[],
    by: FakeAccount,
    conversation: string,
    id: string,
    pinned: boolean,
  ): void {
    for (const side of sides) {
      const others = (side.pins.get(conversation) ?? []).filter((pin) => pin.id !== id);
      const author = side.message(conversation, id)?.author ?? "";
      const pin = { author, id, text: null, by: by.account_id, made_at: this.now() };
      side.pins.set(conversation, pinned ? [pin, ...others] : others);
      side.emit({ type: "ConversationChanged", conversation: side.conversation(conversation) });
    }
  }

  preview(sides: readonly FakeAccount[], conversation: string, id: string, preview: LinkPreviewView): void {
    this.change(sides, conversation, id, () => ({ preview }));
  }

  answer(sides: readonly FakeAccount[], conversation: string, id: string, to: MessageReference): void {
    const target = sides[0]?.message(conversation, to.id);
    const state = target === undefined ? "unknown" : target.deleted ? "deleted" : "here";
    const reply = { ...to, state, text: state === "here" ? (target?.text ?? null) : null } as const;
    this.change(sides, conversation, id, () => ({ reply }));
  }

  of(id: string): MessageVersions["versions"] {
    return this.versions.get(id) ?? [];
  }

  private change(
    sides: readonly FakeAccount[],
    conversation: string,
    id: string,
    made: (row: MessageView) => Partial<MessageView>,
  ): void {
    for (const side of sides) {
      const row = side.message(conversation, id);
      if (row !== undefined) side.putMessage({ ...row, ...made(row) });
    }
  }
}

function authorsOf(
  emoji: string,
  before: MessageView["reactions"],
  by: string,
  given: readonly string[],
): readonly string[] {
  const others = (before.find((each) => each.emoji === emoji)?.authors ?? []).filter((who) => who !== by);
  return given.includes(emoji) ? [...others, by] : others;
}
