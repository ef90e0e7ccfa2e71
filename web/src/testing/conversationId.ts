import type { Cid } from "../api/generated";

/** Stands for what the services derive from both account ids: the same on both sides. */
export function conversationId(one: Cid, other: Cid): string {
  const [low, high] = one < other ? [one, other] : [other, one];
  return hex(low) + hex(high);
}

const hex = (cid: Cid): string => cid.toString(16).padStart(16, "0");
