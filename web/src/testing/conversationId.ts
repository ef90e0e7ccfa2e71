import type { Cid } from "../api/generated";

/** Stands for what the services derive from both account ids: the same on both sides. */
export function conversationId(one: Cid, other: Cid): string {
  const [low, high] = one < other ? [one, other] : [other, one];
  return hex(low) + hex(high);
}

/** With whom: what only a fake id tells. */
export function otherIn(conversation: string, me: Cid): Cid {
  const [low, high] = [BigInt(`0x${conversation.slice(0, 16)}`), BigInt(`0x${conversation.slice(16)}`)];
  return low === me ? high : low;
}

const hex = (cid: Cid): string => cid.toString(16).padStart(16, "0");
