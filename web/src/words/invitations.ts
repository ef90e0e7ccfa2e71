/** What is said of invitations, on both sides of them. */
import type { InviteView, LocalAccount, Reason } from "../api/generated";
import type { Named } from "./names";
import { displayName } from "./names";
import { sentenceOf } from "./reasons";
import { endTime } from "./times";

/** On the first screen, to whoever has no account here. */
export const WHAT_COMES_NEXT =
  "Next: make an account on your team’s server, or come in by an invitation, and write your first message.";

/** Below the button that joins. */
export const WHOM_ONE_MEETS = "Next: the conversation with whoever invited you.";

export const HOW_MANY: readonly (readonly [uses: number, words: string])[] = [
  [1, "One person"],
  [5, "5 people"],
  [25, "25 people"],
];

const DAY_SECONDS = 86_400;
export const HOW_LONG: readonly (readonly [seconds: number, words: string])[] = [
  [DAY_SECONDS, "A day"],
  [7 * DAY_SECONDS, "A week"],
  [30 * DAY_SECONDS, "30 days"],
];
export const USUAL = { uses: 1, seconds: 7 * DAY_SECONDS } as const;

/** What whoever has the link could do, before it is made. */
export function riskWords(uses: number): string {
  return uses === 1
    ? "Whoever comes by it first is in a conversation with you at once. Give it to one person, some way you trust."
    : "Whoever has it can come under any free name, and so pose as another newcomer. Where it matters who is who, make a link for each.";
}

/** Before a link is made at a server that nobody else reaches. */
export const ONLY_HERE_SO_FAR =
  "So far only this computer can reach your server. For people on other computers it has to listen on the network: it starts again for that, which takes a few seconds and loses nothing.";

/** What is waited for while a link is made; the last part takes no time. */
export function stepWords(step: "opening" | "connecting" | "making" | null): string {
  switch (step) {
    case "opening":
      return "Your server starts again, on the network…";
    case "connecting":
      return "Connecting to it again…";
    default:
      return "";
  }
}

/** The whole of it as a text to send. `installLine` is for whoever has no Casemate yet; empty: nobody said how. */
export function invitationText(inviter: Named, link: string, installLine: string): string {
  const install = installLine === "" ? [] : ["", "To install it and join:", installLine];
  return [
    `${displayName(inviter)} invites you to talk on Casemate.`,
    ...install,
    "",
    "Your link:",
    link,
  ].join("\n");
}

export const LINK_TO_NOWHERE =
  "It is not known whether anybody can use this link: the server does not answer at its addresses. What was tried stands below.";

export const LINK_ONLY_HERE =
  "This link works on this computer only, because your workspace server does not listen on the network.";

/** The host of a link that no other computer can reach. */
export function worksHereOnly(link: string): boolean {
  const { hostname } = new URL(link);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

export function forWords(uses: number): string {
  return uses === 1 ? "For one person" : `For ${uses.toString()} people`;
}

export function inviteStateWords({ state, uses, guests, ends_at, refused }: InviteView, now: number): string {
  const left = uses - guests.length;
  switch (state) {
    case "usable":
      return `Works until ${endTime(ends_at, now)}. ${left.toString()} of ${uses.toString()} left.`;
    case "refused":
      return refused?.code === "registration_closed"
        ? "Not usable now: the server is closed to new accounts."
        : `Not usable now: ${refused === null ? "" : sentenceOf(refused)}`;
    case "used_up":
      return "Used up.";
    case "over":
      return `Ended ${endTime(ends_at, now)}.`;
    case "ended":
      return "Taken back.";
  }
}

/** Of somebody who invited us and has not answered since: a link that holds is accepted by their computer, one that
 * has ended by them. */
export const AWAITED = "Waits for their computer, or for them to accept";

/** Why nobody could come by it; whoever was invited chose no address, and can mend none. */
export function joinRefusalWords(reason: Reason, server: string): string {
  return reason.code === "server_unreachable"
    ? `${reason.params.address ?? server} does not answer from here. Its computer may be off, or in another network than this one: ask whoever invited you.`
    : sentenceOf(reason, { server });
}

export function ownInvitationWords(maker: LocalAccount | undefined): string {
  const who = maker === undefined ? "an account of this computer" : displayName(maker);
  return `This invitation was made here, by ${who}. Give it to somebody else, or make another account with it.`;
}
