/** A pinned message in one line. */
import type { PinView } from "../api/generated";
import { quotedLine } from "./previews";

export function pinLine({ text }: Pick<PinView, "text">): string {
  if (text === null) return "Something from another app";
  return quotedLine({ kind: "chat", bytes: 0, text, deleted: false, mine: false });
}
