/** Which emojis one picked last, and with which skin: kept in this browser, for all accounts in it. */

const KEY = "casemate.emojis";
/** Two rows of the picker. */
const MOST_RECENT = 16;
const LONGEST = 32;
const TONES = 5;

export interface EmojiHabits {
  readonly recent: readonly string[];
  /** 0 is without a tone, 1 the lightest. */
  readonly tone: number;
}

export function emojiHabits(): EmojiHabits {
  try {
    const { recent, tone } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<
      Record<string, unknown>
    >;
    return {
      recent: (Array.isArray(recent) ? recent : []).filter(isShort).slice(0, MOST_RECENT),
      tone: typeof tone === "number" && Number.isInteger(tone) && tone > 0 && tone <= TONES ? tone : 0,
    };
  } catch {
    return { recent: [], tone: 0 }; // there is no storage for this page, or something else wrote there
  }
}

export function rememberEmoji(emoji: string): void {
  const { recent, tone } = emojiHabits();
  remember({ recent: [emoji, ...recent.filter((other) => other !== emoji)].slice(0, MOST_RECENT), tone });
}

export function rememberTone(tone: number): void {
  remember({ ...emojiHabits(), tone });
}

function remember(habits: EmojiHabits): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(habits));
  } catch {
    // A full or closed storage costs a habit, not the emoji.
  }
}

function isShort(text: unknown): text is string {
  return typeof text === "string" && text !== "" && text.length <= LONGEST;
}
