/** The emojis one can pick: loaded when first needed, found by their names in the person's language. */
import { searchable } from "./searching";

export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  readonly group: number;
  /** As one types them: `smile` of `:smile:`. */
  readonly shortcodes: readonly string[];
  /** The same with each of the five tones, lightest first; none for most. */
  readonly tones: readonly string[];
  /** What it is found by, as it is compared. */
  readonly words: readonly string[];
}

/** As the build makes them (scripts/emojiData.ts). */
export type PackedEmoji = readonly [string, string, number, string, string, (readonly string[])?];

const LANGUAGES: Readonly<Record<string, () => Promise<{ default: readonly PackedEmoji[] }>>> = {
  en: () => import("virtual:emojis/en"),
};

const loaded = new Map<string, Promise<readonly Emoji[]>>();

/** In the first of these languages that there is, else in English. */
export function loadEmojis(languages: readonly string[] = navigator.languages): Promise<readonly Emoji[]> {
  const short = languages.map((language) => language.slice(0, 2));
  const language = short.find((one) => Object.hasOwn(LANGUAGES, one)) ?? "en";
  const before = loaded.get(language);
  if (before !== undefined) return before;
  const load = LANGUAGES[language] ?? LANGUAGES.en;
  const emojis = (load?.() ?? Promise.reject(new Error("no emojis"))).then(({ default: packed }) =>
    packed.map(unpacked),
  );
  loaded.set(language, emojis);
  // What did not come may come with another try.
  emojis.catch(() => loaded.delete(language));
  return emojis;
}

function unpacked([emoji, name, group, tags, codes, tones = []]: PackedEmoji): Emoji {
  const shortcodes = codes === "" ? [] : codes.split(" ");
  const words = [...new Set([...searchable(name).split(/[^\p{L}\p{N}+]+/u), ...searchable(tags).split(" ")])];
  return { emoji, name, group, shortcodes, tones, words };
}

/** 0 is without a tone. */
export function toned({ emoji, tones }: Emoji, tone: number): string {
  return tones[tone - 1] ?? emoji;
}

/** The ones that all words of a query are found in, the best first: as typed, then by the first word, then by any. */
export function findEmojis(emojis: readonly Emoji[], query: string): readonly Emoji[] {
  const wanted = searchable(query.slice(0, LONGEST_QUERY))
    .split(/[\s_:]+/u)
    .filter(Boolean);
  if (wanted.length === 0) return emojis;
  const typed = wanted.join("_");
  return emojis
    .map((emoji, place) => ({ emoji, place, rank: rankOf(emoji, wanted, typed) }))
    .filter(({ rank }) => rank < NOT_FOUND)
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ emoji }) => emoji);
}

const LONGEST_QUERY = 64;
const NOT_FOUND = 9;

function rankOf({ shortcodes, words, emoji }: Emoji, wanted: readonly string[], typed: string): number {
  if (emoji === typed || shortcodes.includes(typed)) return 0;
  if (shortcodes.some((code) => code.startsWith(typed))) return 1;
  if (!wanted.every((want) => words.some((word) => word.startsWith(want)))) return NOT_FOUND;
  return words[0]?.startsWith(wanted[0] ?? "") === true ? 2 : 3;
}
