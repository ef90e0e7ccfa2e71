/** What could be meant by what stands before the caret: an emoji by its name, or somebody of the conversation. */
import type { Emoji } from "../../../text/emojis";
import { findEmojis, toned } from "../../../text/emojis";
import { searchable } from "../../../text/searching";

export interface Wanted {
  readonly kind: "emoji" | "person";
  readonly query: string;
  /** Of the sign that it begins with. */
  readonly start: number;
  readonly end: number;
}

export interface Completing {
  readonly key: string;
  /** What takes the place of what was typed. */
  readonly text: string;
  readonly sign: string;
  readonly name: string;
  readonly note: string;
}

export interface Completable {
  readonly username: string;
  readonly name: string;
  readonly isOneself: boolean;
}

const MOST = 8;
/** Longer than any name. */
const LOOKED_BACK = 48;
/** Two letters at least: `:)` and `12:30` are left alone. */
const WANTED = /(?:^|[\s([{"'“‘«])(?::(?<emoji>[\p{L}+-][\p{L}\p{N}_+-]+)|@(?<person>[^\s@:]{0,37}))$/u;

export function wantedAt(text: string, caret: number): Wanted | null {
  const before = text.slice(Math.max(0, caret - LOOKED_BACK), caret);
  const groups = WANTED.exec(before)?.groups;
  if (groups === undefined) return null;
  const query = groups.emoji ?? groups.person ?? "";
  const kind = groups.emoji === undefined ? "person" : "emoji";
  return { kind, query, start: caret - query.length - 1, end: caret };
}

export function emojiOffers(emojis: readonly Emoji[], query: string, tone: number): readonly Completing[] {
  return findEmojis(emojis, query)
    .slice(0, MOST)
    .map((emoji) => {
      const text = toned(emoji, tone);
      const code = emoji.shortcodes[0];
      return {
        key: emoji.emoji,
        text,
        sign: text,
        name: emoji.name,
        note: code === undefined ? "" : `:${code}:`,
      };
    });
}

export function personOffers(people: readonly Completable[], query: string): readonly Completing[] {
  const wanted = searchable(query);
  return people
    .filter(
      ({ username, name }) =>
        searchable(username).startsWith(wanted) ||
        searchable(name)
          .split(" ")
          .some((word) => word.startsWith(wanted)),
    )
    .slice(0, MOST)
    .map(({ username, name, isOneself }) => ({
      key: username,
      text: `@${username} `,
      sign: "@",
      name,
      note: isOneself ? `@${username} · you` : `@${username}`,
    }));
}
