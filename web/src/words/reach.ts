/** Who can come to the server of this computer, in words: what was tried, and what cannot be known from here. */
import type { ReachableAddress, ReachView } from "../api/generated";

const LIST = new Intl.ListFormat("en", { type: "conjunction" });

/** Where it listens on this computer alone, a proxy may still bring others: then it has an address for them. */
export function isForThisComputerAlone({ reach, addresses }: ReachView): boolean {
  return reach === "this-computer" && addresses.length === 0;
}

/** Who could use a link with these addresses. */
export function whoCanCome(view: ReachView): string {
  const { addresses } = view;
  if (isForThisComputerAlone(view)) return "Only this computer can reach this server.";
  if (addresses.length === 0) return "This computer is in no network right now.";
  if (addresses.some(({ who }) => who === "everywhere"))
    return "Everywhere: people can come from any network, unless a firewall keeps them out.";
  if (addresses.some(({ who }) => who === "network"))
    return "This network: people can come who are in the same network as this computer, unless a firewall keeps them out.";
  return "Not known: the server did not answer at any of these addresses from here.";
}

/** Others are to come, and nothing answers where they would look. */
export function mayReachNobody({ reach, addresses }: ReachView): boolean {
  return reach === "network" && addresses.every(({ who }) => who === "unknown");
}

/** Before it listens there. */
export function doorOnTheNetwork({ registration }: ReachView): string {
  switch (registration) {
    case "invite":
      return "New accounts need an invitation then. Those that are there stay as they are.";
    case "open":
      return "Anybody who can reach it can make an account then.";
    case "closed":
      return "Nobody can make an account, then as now.";
  }
}

/** Who may make an account there, once others can reach it. */
export function whoMayJoin({ registration, open_to_this_computer }: ReachView): string {
  switch (registration) {
    case "invite":
      return open_to_this_computer
        ? "New accounts need an invitation, except on this computer: being in the same network is not enough."
        : "New accounts need an invitation, on this computer as well: being in the same network is not enough.";
    case "open":
      return "Anybody who can reach it can make an account. To let in only who is invited, start Casemate with --registration invite.";
    case "closed":
      return "Nobody can make an account.";
  }
}

export function addressWords({ who }: ReachableAddress): string {
  switch (who) {
    case "everywhere":
      return "Answers. An address of the internet.";
    case "network":
      return "Answers. An address of this network.";
    case "unknown":
      return "Does not answer from here. Whether others get through is not known.";
  }
}

/** TCP 12349, TCP 12350 and UDP 12350 */
export function portsInWords(ports: readonly string[]): string {
  return LIST.format(ports);
}

/** The server could not be started where it was wished. */
export const LISTENING_FAILED =
  "That did not work: another program may have the port. All is as before; why stands where Casemate was started.";
