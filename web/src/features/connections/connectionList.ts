/** Everybody one is connected with, by how messages travel to them. */
import type { LinkView, PeerView } from "../../api/generated";
import { standingOf, wayWord } from "../../words/paths";
import type { Way } from "../../words/paths";

export interface PeerGroup {
  readonly way: Way;
  readonly people: readonly PeerView[];
}

/** The best way first. */
const ORDER: readonly Way[] = ["direct", "relayed", "mailbox", "waiting", "held", "stopped", "unknown"];

export function groupsOf(people: readonly PeerView[], link: LinkView): readonly PeerGroup[] {
  return ORDER.map((way) => ({
    way,
    people: people.filter((peer) => standingOf(peer.path, link).way === way),
  })).filter((group) => group.people.length > 0);
}

/** "2 direct, 1 relayed, 3 through the server" */
export function summaryOf(groups: readonly PeerGroup[]): string {
  if (groups.some(({ way }) => way === "unknown"))
    return "not known while Casemate on this computer does not answer";
  return groups.map(({ way, people }) => `${people.length.toString()} ${wayWord(way)}`).join(", ");
}
