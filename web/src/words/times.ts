/** Times in a reader's words. All are Unix milliseconds and shown in the reader's time zone. */
import { timeZone } from "../state/timeZone";

const MINUTE = 60_000;
/** No browser knows a later day, and formatting one throws. */
const LAST_TIME = 8.64e15;

/** As this browser writes times. */
const CLOCK = formatOf(undefined, { timeStyle: "short" });
const LONG_DAY = formatOf(undefined, { dateStyle: "long" });
const EVERYTHING = formatOf(undefined, { dateStyle: "full", timeStyle: "medium" });
/** In the language of the sentences around them. */
const WEEKDAY = formatOf("en", { weekday: "long" });
const SHORT_WEEKDAY = formatOf("en", { weekday: "short" });
const DAY = formatOf("en", { day: "numeric", month: "long" });
const DAY_OF_YEAR = formatOf("en", { day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = formatOf("en", { day: "numeric", month: "short" });

/** 14:02 */
export function clockTime(time: number): string {
  return CLOCK(time);
}

/** 3 March */
export function dayOfMonth(time: number): string {
  return DAY(time);
}

/** Monday */
export function weekday(time: number): string {
  return WEEKDAY(time);
}

/** Today, Yesterday, Monday, 3 March, 3 March 2024 */
export function dayName(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return WEEKDAY(time);
  const sameYear = dateOf(time).getFullYear() === dateOf(now).getFullYear();
  return sameYear ? DAY(time) : DAY_OF_YEAR(time);
}

/** 14:02 today, Mon this week, 3 Mar before; as short as a list needs. */
export function shortTime(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days <= 0) return clockTime(time);
  if (days === 1) return "Yesterday";
  return days < 7 ? SHORT_WEEKDAY(time) : SHORT_DAY(time);
}

/** 14:02, yesterday at 14:02, Monday at 14:02, 3 March at 14:02; follows "since". */
export function sinceTime(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days <= 0) return clockTime(time);
  const day = dayName(time, now);
  return `${days === 1 ? "yesterday" : day} at ${clockTime(time)}`;
}

/** Follows "until", and "ended" when it is over: 14:02, tomorrow at 14:02, 3 March at 14:02 */
export function endTime(time: number, now: number): string {
  const days = daysBetween(now, time);
  if (days === 0) return clockTime(time);
  if (days === 1) return `tomorrow at ${clockTime(time)}`;
  return days < 0 ? sinceTime(time, now) : `${dayOfMonth(time)} at ${clockTime(time)}`;
}

/** 3 March 2024 */
export function fullDay(time: number): string {
  return LONG_DAY(time);
}

/** The whole of it, for tooltips. */
export function fullTime(time: number): string {
  return EVERYTHING(time);
}

/** 8 s, 2 min, 3 h */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds.toString()} s`;
  const minutes = Math.round(milliseconds / MINUTE);
  return minutes < 100 ? `${minutes.toString()} min` : `${Math.round(minutes / 60).toString()} h`;
}

/** For programs: 2024-03-03T14:02:00.000Z */
export function isoTime(time: number): string {
  return dateOf(time).toISOString();
}

export function sameDay(a: number, b: number): boolean {
  // No place on earth changes the day in the middle of a quarter of an hour.
  return Math.floor(a / (15 * MINUTE)) === Math.floor(b / (15 * MINUTE)) || daysBetween(a, b) === 0;
}

function daysBetween(earlier: number, later: number): number {
  return Math.round((midnight(later) - midnight(earlier)) / (24 * 60 * MINUTE));
}

/** Times come from other people's programs: whatever number it is, some day is shown. */
function dateOf(time: number): Date {
  // A day less, so that it is one in every time zone.
  const last = LAST_TIME - 24 * 60 * MINUTE;
  return new Date(Number.isNaN(time) ? 0 : Math.max(-last, Math.min(time, last)));
}

function midnight(time: number): number {
  return dateOf(time).setHours(0, 0, 0, 0);
}

/** To make one takes a browser as long as to draw a message, so each is made once for each time zone. */
function formatOf(
  language: string | undefined,
  options: Intl.DateTimeFormatOptions,
): (time: number) => string {
  let made: { readonly zone: string; readonly format: Intl.DateTimeFormat } | null = null;
  return (time) => {
    const zone = timeZone();
    // eslint-disable-next-line no-restricted-syntax
    if (made?.zone !== zone) made = { zone, format: new Intl.DateTimeFormat(language, options) };
    return made.format.format(dateOf(time));
  };
}
