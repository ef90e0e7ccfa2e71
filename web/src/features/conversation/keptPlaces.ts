/** Where somebody was in each conversation of this tab, and where its new messages began. */
import type { MessageOrder } from "../../api/generated";
import type { AccountSession } from "../../state/AccountSession";

export interface Anchor {
  /** Of the message at the top of what was visible. */
  readonly id: string;
  /** Pixels from the top of what is visible to the top of the message. */
  readonly offset: number;
}

export interface KeptPlace {
  /** Null: at the end. */
  readonly anchor: Anchor | null;
  readonly newFrom: MessageOrder | null;
  /** The last message that there was. */
  readonly last: string | undefined;
}

const kept = new WeakMap<AccountSession, Map<string, KeptPlace>>();

export function keptPlace(session: AccountSession, conversation: string): KeptPlace | undefined {
  return kept.get(session)?.get(conversation);
}

export function keepPlace(session: AccountSession, conversation: string, place: KeptPlace): void {
  const places = kept.get(session) ?? new Map<string, KeptPlace>();
  kept.set(session, places.set(conversation, place));
}
