/** What is said of a search: its filters, and whom a name means. */
import type { AccountView, PeerView } from "../api/generated";
import type { Filter } from "../text/searchQuery";
import { searchable } from "../text/searching";
import type { Workspace } from "../state/workspace";
import { displayName, matchesQuery } from "./names";
import { dayName } from "./times";

type Person = Pick<AccountView | PeerView, "account_id" | "cid" | "full_name" | "username">;

/** Whom `from:` means: oneself, somebody whose username it is, or the first one who is called like that. */
export function personCalled(name: string, { account, peers }: Workspace): Person | null {
  const asked = searchable(name).replace(/^@/u, "");
  if (asked === "me" || asked === "you") return account;
  const people: readonly Person[] = [account, ...peers.values()];
  return (
    people.find(({ username }) => searchable(username) === asked) ??
    people.find((person) => matchesQuery(person, asked)) ??
    null
  );
}

/** Who wrote a message; one's own messages are one's own. */
export function writerOf(
  { mine, author }: { readonly mine: boolean; readonly author: string },
  peers: Workspace["peers"],
): string {
  if (mine) return "You";
  const peer = [...peers.values()].find(({ account_id }) => account_id === author);
  return peer === undefined ? "Somebody" : displayName(peer);
}

/** From Bea Lindqvist, Before 1 May, With a link */
export function filterText(filter: Filter, workspace: Workspace, now: number): string {
  switch (filter.kind) {
    case "link":
      return "With a link";
    case "day": {
      const day = dayName(filter.day, now);
      const name = day === "Today" || day === "Yesterday" ? day.toLowerCase() : day;
      return { on: day, before: `Before ${name}`, after: `After ${name}` }[filter.side];
    }
    case "from": {
      const person = personCalled(filter.name, workspace);
      if (person === null) return `From ${filter.name}: nobody is called that`;
      return person === workspace.account ? "From you" : `From ${displayName(person)}`;
    }
  }
}

/** What a person filter is typed as. */
export function typedFrom(person: Pick<Person, "username">): string {
  return /[\s"]/u.test(person.username) ? `from:"${person.username}"` : `from:${person.username}`;
}
