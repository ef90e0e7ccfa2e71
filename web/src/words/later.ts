/** Times at which a message can be sent later, and how they are said. */
import { clockTime, dayOfMonth, weekday } from "./times";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MORNING = 9;
const EVENING = 18;
/** What is due sooner is counted down. */
export const SOON_MILLISECONDS = MINUTE;

export interface Preset {
  readonly name: string;
  readonly at: number;
}

/** What people usually mean by later, seen from `now`; none is less than half an hour away. */
export function presets(now: number): readonly Preset[] {
  const found: Preset[] = [{ name: "In an hour", at: now + HOUR }];
  const evening = atHour(now, 0, EVENING);
  if (evening - now > HOUR / 2) found.push({ name: "This evening", at: evening });
  found.push({ name: "Tomorrow morning", at: atHour(now, 1, MORNING) });
  const daysToMonday = (8 - new Date(now).getDay()) % 7 || 7;
  if (daysToMonday > 1) found.push({ name: "Monday morning", at: atHour(now, daysToMonday, MORNING) });
  return found;
}

/** Follows what is to be sent: in 4 s; today at 18:00; tomorrow at 9:00; Monday at 9:00; 3 March at 9:00 */
export function dueWords(at: number, now: number): string {
  const left = at - now;
  if (left <= 0) return "now";
  if (left < SOON_MILLISECONDS) return `in ${Math.ceil(left / 1000).toString()} s`;
  const days = daysAhead(at, now);
  const clock = clockTime(at);
  if (days === 0) return `today at ${clock}`;
  if (days === 1) return `tomorrow at ${clock}`;
  return `${days < 7 ? weekday(at) : dayOfMonth(at)} at ${clock}`;
}

function atHour(now: number, days: number, hour: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour).getTime();
}

function daysAhead(at: number, now: number): number {
  return Math.round((atHour(at, 0, 12) - atHour(now, 0, 12)) / (24 * HOUR));
}
