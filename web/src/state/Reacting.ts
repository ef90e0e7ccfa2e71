/** What one says to messages with emojis. The service is told all of it each time, in place of what was said before. */
import type { Cid, MessageView } from "../api/generated";
import type { InternalService } from "../api/InternalService";
import type { SessionStore } from "./sessionState";

/** The protocol's bound (docs/protocol/changes.md). */
export const MOST_REACTIONS = 8;

export class Reacting {
  /** By message, until the service has answered: a second press must not forget the first. */
  private readonly underWay = new Map<string, readonly string[]>();

  constructor(
    private readonly service: InternalService,
    private readonly cid: Cid,
    private readonly store: SessionStore,
  ) {}

  given(message: MessageView): readonly string[] {
    const own = this.store.get().workspace?.account.account_id ?? "";
    const told = message.reactions.filter(({ authors }) => authors.includes(own));
    return this.underWay.get(message.id) ?? told.map(({ emoji }) => emoji);
  }

  /** Gives an emoji, or takes it back. False: that would be too many. Rejects when the service does not take it. */
  async toggle(message: MessageView, emoji: string): Promise<boolean> {
    const before = this.given(message);
    const emojis = before.includes(emoji) ? before.filter((each) => each !== emoji) : [...before, emoji];
    const { id, conversation, author } = message;
    if (author === null || emojis.length > MOST_REACTIONS) return false;
    this.underWay.set(id, emojis);
    try {
      await this.service.request("ReactToMessage", {
        cid: this.cid,
        conversation,
        author,
        message_id: id,
        emojis,
      });
    } finally {
      if (this.underWay.get(id) === emojis) this.underWay.delete(id);
    }
    return true;
  }
}
