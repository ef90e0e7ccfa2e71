/** How messages travel, in words. */
import type { PathView } from "../api/generated";
import { isKnownReason, sentenceOf } from "./reasons";

/** Codes that say that not even the mailbox can be reached: nothing travels until then. */
const STANDING_STILL = ["server_away", "fenced"];

function standsStill({ reason }: PathView): boolean {
  return reason !== null && STANDING_STILL.includes(reason.code);
}

export function pathWord(path: PathView): string {
  if (standsStill(path)) return "waiting for the server";
  switch (path.kind) {
    case "direct":
      return "direct";
    case "relayed":
      return "relayed";
    case "mailbox":
      return "through the server";
  }
}

export function pathSentence(path: PathView, peer: string): string {
  const why =
    path.reason !== null && isKnownReason(path.reason) ? ` ${sentenceOf(path.reason, { peer })}` : "";
  if (path.reason !== null && standsStill(path)) return sentenceOf(path.reason, { peer });
  switch (path.kind) {
    case "direct":
      return "Straight from your device to theirs; the server does not see any of it." + why;
    case "relayed":
      return "Through the server’s relay, sealed end to end, until a direct way is found." + why;
    case "mailbox":
      return (
        "Sealed end to end and passed on by the server, at once when they are online, else when they are back." +
        why
      );
  }
}
