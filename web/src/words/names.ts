/** What people are called on screen. Names come from others, so nothing about them is taken for granted. */
import type { Cid, NameLooks, Namesake } from "../api/generated";
import { fewMarks } from "../text/bounded";
import { compareTexts, searchable } from "../text/searching";
import { UNSEEN } from "../text/unseen";

export interface Named {
  readonly cid: Cid;
  readonly username: string;
  readonly full_name: string;
  /** What one calls them oneself; empty, or not said by an older service: as they call themselves. */
  readonly nickname?: string;
}

/** Somebody whose name on screen may be taken for another's. `looks` is what the internal service says of it. */
export interface Recognised extends Named {
  readonly looks: NameLooks;
  readonly nickname_drawn?: string;
  readonly namesake?: Namesake | null;
}

/** Joins emoji and letters of some scripts into one sign; kept where it does so. */
const JOINERS = /[\u200C\u200D]/u;

export function displayName({
  nickname = "",
  ...signed
}: Pick<Named, "full_name" | "username" | "nickname">): string {
  return visible(nickname) || signedName(signed);
}

/** As they call themselves. */
export function signedName({ full_name, username }: Pick<Named, "full_name" | "username">): string {
  return visible(full_name) || visible(username) || "Someone";
}

/** What names look like that more than one person has; those people are told apart by their usernames. */
export function ambiguousNames(people: Iterable<Recognised>): ReadonlySet<string> {
  const seen = new Map<string, Cid>();
  const twice = new Set<string>();
  for (const { cid, looks, nickname_drawn = "" } of people)
    for (const drawn of nickname_drawn === "" ? [looks.drawn] : [looks.drawn, nickname_drawn]) {
      const other = seen.get(drawn);
      if (other !== undefined && other !== cid) twice.add(drawn);
      seen.set(drawn, cid);
    }
  return twice;
}

/** Whether the username stands beside the name: another one looks like it, or it holds what nobody sees. */
export function isAmbiguous(person: Recognised, ambiguous: ReadonlySet<string>): boolean {
  const { looks, nickname_drawn = "" } = person;
  if (nickname_drawn !== "") return hasNamesake(person) || ambiguous.has(nickname_drawn);
  return hasNamesake(person) || looks.unseen || ambiguous.has(looks.drawn);
}

/** Whom a newcomer may be taken for: somebody else whose name looks the same, verified people first. */
export function lookAlikeOf<Person extends Recognised & { readonly verified?: boolean }>(
  newcomer: Recognised,
  others: Iterable<Person>,
): Person | undefined {
  const alike = [...others].filter(
    ({ cid, looks }) => cid !== newcomer.cid && looks.drawn === newcomer.looks.drawn,
  );
  return alike.find(({ verified }) => verified === true) ?? alike[0];
}

function hasNamesake({ namesake }: Recognised): boolean {
  return namesake !== undefined && namesake !== null;
}

/** Up to two signs that a person recognises; whole graphemes, so that emoji and accents stay whole. */
export function initials(name: string): string {
  const words = visible(name)
    .split(/\s+/u)
    .filter((word) => word !== "");
  const first = words[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (firstGrapheme(first) + firstGrapheme(last)).toLocaleUpperCase();
}

export function matchesQuery(
  { full_name, username, nickname = "" }: Pick<Named, "full_name" | "username" | "nickname">,
  query: string,
): boolean {
  const wanted = searchable(query.trim());
  return wanted === "" || [full_name, username, nickname].some((name) => searchable(name).includes(wanted));
}

/** In lists: by the name that people see, then by username, then by account, which never changes. */
export function compareByName(a: Named, b: Named): number {
  return (
    compareTexts(sortingName(a), sortingName(b)) ||
    compareTexts(searchable(a.username), searchable(b.username)) ||
    (a.cid < b.cid ? -1 : 1)
  );
}

/** Long lists are ordered anew with each change of one row. */
const sortingNames = new WeakMap<Named, string>();

function sortingName(person: Named): string {
  const known = sortingNames.get(person);
  if (known !== undefined) return known;
  const name = searchable(displayName(person));
  sortingNames.set(person, name);
  return name;
}

function visible(text: string): string {
  return fewMarks(text)
    .replace(UNSEEN, (sign) => (JOINERS.test(sign) ? sign : ""))
    .replace(/^[\s\u200C\u200D]+|[\s\u200C\u200D]+$/gu, "");
}

/** Made once: that takes a browser longer than all names on a screen. */
const GRAPHEMES = new Intl.Segmenter();

function firstGrapheme(text: string): string {
  for (const { segment } of GRAPHEMES.segment(text)) return segment;
  return "";
}

/** "Bea", "Bea and Jonas", "Bea, Jonas and 3 others" */
export function listOfNames(people: readonly Named[]): string {
  const names = people.map((person) => displayName(person));
  if (names.length <= 2) return names.join(" and ");
  if (names.length === 3) return `${names.slice(0, 2).join(", ")} and ${names[2] ?? ""}`;
  return `${names.slice(0, 2).join(", ")} and ${(names.length - 2).toString()} others`;
}
