/** Times in a reader's words. All are Unix milliseconds and shown in the reader's time zone. */

const MINUTE = 60_000;

/** 14:02 */
export function clockTime(time: number): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(time);
}

/** Today, Yesterday, Monday, 3 March, 3 March 2024 */
export function dayName(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return format(time, { weekday: "long" });
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return format(time, { day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) });
}

/** 14:02 today, Mon this week, 3 Mar before; as short as a list needs. */
export function shortTime(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days <= 0) return clockTime(time);
  if (days === 1) return "Yesterday";
  return days < 7 ? format(time, { weekday: "short" }) : format(time, { day: "numeric", month: "short" });
}

/** 14:02, yesterday at 14:02, Monday at 14:02, 3 March at 14:02; follows "since". */
export function sinceTime(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days <= 0) return clockTime(time);
  const day = dayName(time, now);
  return `${days === 1 ? "yesterday" : day} at ${clockTime(time)}`;
}

/** 3 March 2024 */
export function fullDay(time: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "long" }).format(time);
}

/** The whole of it, for tooltips. */
export function fullTime(time: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" }).format(time);
}

/** 8 s, 2 min, 3 h */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds.toString()} s`;
  const minutes = Math.round(milliseconds / MINUTE);
  return minutes < 100 ? `${minutes.toString()} min` : `${Math.round(minutes / 60).toString()} h`;
}

export function sameDay(a: number, b: number): boolean {
  // No place on earth changes the day in the middle of a quarter of an hour.
  return Math.floor(a / (15 * MINUTE)) === Math.floor(b / (15 * MINUTE)) || daysBetween(a, b) === 0;
}

function daysBetween(earlier: number, later: number): number {
  return Math.round((midnight(later) - midnight(earlier)) / (24 * 60 * MINUTE));
}

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

function format(time: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en", options).format(time);
}
