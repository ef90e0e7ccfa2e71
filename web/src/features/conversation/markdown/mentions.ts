/** Who can be mentioned in a conversation, and where a text does so: `@` and a username, of somebody who is in it. */
import { createContext } from "react";

export interface Mentionable {
  readonly username: string;
  readonly name: string;
  readonly accountId: string;
  readonly isOneself: boolean;
}

export const MentionableContext = createContext<readonly Mentionable[]>([]);

export interface Mention {
  readonly start: number;
  readonly end: number;
  readonly who: Mentionable;
}

/** Not within an address or a word: `ada@example.org` and `/@ada` mention nobody. */
const CANDIDATE = /(?<![^\s([{"'“‘«„,;:*_~])@([^\s@]{1,64})/gu;
const LAST_SIGN = /[^\p{L}\p{N}]$/u;

/** The mentions in a text, in order. */
export function mentionsIn(text: string, people: readonly Mentionable[]): readonly Mention[] {
  if (people.length === 0 || !text.includes("@")) return [];
  const byName = new Map(people.map((who) => [who.username.toLowerCase(), who]));
  const mentions: Mention[] = [];
  for (const { index, 1: candidate = "" } of text.matchAll(CANDIDATE)) {
    // What follows a name is no part of it: the longest that somebody has is meant.
    for (let name = candidate; name !== ""; name = name.replace(LAST_SIGN, "")) {
      const who = byName.get(name.toLowerCase());
      if (who !== undefined) mentions.push({ start: index, end: index + 1 + name.length, who });
      if (who !== undefined || !LAST_SIGN.test(name)) break;
    }
  }
  return mentions;
}
