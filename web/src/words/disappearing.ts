/** The times after which messages can disappear, as they are offered and typed. */
import type { MessageView } from "../api/generated";
import { dueWords } from "./later";
import { lifeWords } from "./lives";

/** Seconds; null: they stay. */
export const LIVES: readonly (number | null)[] = [null, 30, 300, 3_600, 28_800, 86_400, 604_800, 2_419_200];

export const LIFE_UNITS = [
  [60, "minutes"],
  [3_600, "hours"],
  [86_400, "days"],
] as const;

const MOST_SECONDS = 400 * 86_400;

export const NOT_PROMISED =
  "Whoever reads a message can copy or photograph it, and older programs and backups may keep it.";

export function livesName(life: number | null): string {
  return life === null ? "Messages stay" : lifeWords(life);
}

/** What was typed, in seconds; a sentence where that is no time. */
export function typedLife(count: string, unit: number): number | string {
  const seconds = Number(count.trim()) * unit;
  if (count.trim() === "" || !Number.isInteger(seconds) || seconds < 60)
    return "Write a whole number, 1 or more.";
  return seconds > MOST_SECONDS ? "400 days is the longest." : seconds;
}

/** When a message disappears, as a sentence. `now` is Unix milliseconds. */
export function endWords(
  { mine, painted, lives_for, ends_at }: Pick<MessageView, "mine" | "painted" | "lives_for" | "ends_at">,
  now: number,
): string {
  const life = lifeWords(lives_for ?? 0);
  // What is unread has an end as well, but one that nobody means.
  if (ends_at !== null && (mine || painted)) return `Disappears ${dueWords(ends_at, now)}.`;
  return mine ? `Disappears ${life} after it was sent.` : `Disappears ${life} after it is read.`;
}
