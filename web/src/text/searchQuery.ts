/** What somebody types to find messages: words, and filters among them (docs/protocol/finding.md). */
import { searchable } from "./searching";

/** A filter as it was typed, and what it says. */
export type Filter =
  | { readonly kind: "from"; readonly name: string; readonly raw: string }
  | { readonly kind: "day"; readonly side: DaySide; readonly day: number; readonly raw: string }
  | { readonly kind: "link"; readonly raw: string };

export type DaySide = "on" | "before" | "after";

export interface SearchQuery {
  /** What is left: words and phrases. */
  readonly words: string;
  readonly filters: readonly Filter[];
}

const TYPED = /(from|before|after|on|has):("[^"]*"?|[^\s"]*)|"[^"]*"?|[^\s"]+/giu;
const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/u;

/** Anything is read as something: what is no filter is a word. Days are those of the reader's time zone. */
export function readQuery(typed: string, now: number): SearchQuery {
  const filters: Filter[] = [];
  const words: string[] = [];
  for (const [raw, kind = "", value = ""] of typed.matchAll(TYPED)) {
    const filter = filterOf(kind.toLowerCase(), value.replaceAll('"', "").trim(), raw, now);
    if (filter === null) words.push(raw);
    else filters.push(filter);
  }
  return { words: words.join(" "), filters };
}

/** The query without one of its filters. */
export function withoutFilter(typed: string, filter: Filter): string {
  const at = typed.lastIndexOf(filter.raw);
  return at < 0 ? typed : joined(typed.slice(0, at), typed.slice(at + filter.raw.length));
}

/** The query with one filter more, in place of those that say the same thing. */
export function withFilter(typed: string, raw: string, now: number): string {
  const added = readQuery(raw, now).filters[0];
  const others = readQuery(typed, now).filters.filter((filter) => added && sameThing(filter, added));
  return joined(others.reduce(withoutFilter, typed), raw);
}

/** Times from which on, and before which: of all the days that are named. */
export function timesOf(filters: readonly Filter[]): { from: number | null; to: number | null } {
  let [from, to]: [number | null, number | null] = [null, null];
  for (const filter of filters) {
    if (filter.kind !== "day") continue;
    const [begins, ends] = [filter.day, nextDay(filter.day)];
    if (filter.side === "on") from = Math.max(from ?? begins, begins);
    if (filter.side === "after") from = Math.max(from ?? ends, ends);
    if (filter.side === "on") to = Math.min(to ?? ends, ends);
    if (filter.side === "before") to = Math.min(to ?? begins, begins);
  }
  return { from, to };
}

/** 2026-05-01, as it is typed. */
export function typedDay(time: number): string {
  const day = new Date(time);
  const two = (number: number) => number.toString().padStart(2, "0");
  return `${day.getFullYear().toString().padStart(4, "0")}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** When a day begins that was typed like this; null: there is no such day. */
export function dayOf(typed: string, now: number): number | null {
  const word = searchable(typed);
  if (word === "today") return startOfDay(now);
  if (word === "yesterday") return startOfDay(startOfDay(now) - 12 * 3_600_000);
  const match = DAY.exec(typed);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const date = new Date(2000, 0, 1);
  date.setFullYear(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : null;
}

function filterOf(kind: string, value: string, raw: string, now: number): Filter | null {
  if (kind === "") return null;
  if (kind === "has") return searchable(value) === "link" ? { kind: "link", raw } : null;
  if (kind === "from") return value === "" ? null : { kind: "from", name: value, raw };
  const day = dayOf(value, now);
  return day === null ? null : { kind: "day", side: kind as DaySide, day, raw };
}

function sameThing(one: Filter, other: Filter): boolean {
  if (one.kind !== "day" || other.kind !== "day") return one.kind === other.kind;
  return one.side === other.side || one.side === "on" || other.side === "on";
}

function joined(...parts: readonly string[]): string {
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join(" ");
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** Days have 23 or 25 hours, too. */
function nextDay(day: number): number {
  const date = new Date(day);
  return date.setDate(date.getDate() + 1);
}
