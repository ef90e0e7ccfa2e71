/** How messages travel, in words. */
import type { PathView } from "../api/generated";
import { isKnownReason, sentenceOf } from "./reasons";

export function pathWord({ kind }: PathView): string {
  switch (kind) {
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
