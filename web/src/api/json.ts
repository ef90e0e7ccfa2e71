/** JSON in which every cid is an exact `bigint`, both ways. */
import { parse, stringify } from "lossless-json";

/** A frame that is no JSON, or no frame of ours. */
export class UnreadableFrame extends Error {}

export function decode(text: string): unknown {
  try {
    return parse(text, cidsToBigInt, exactNumber);
  } catch (cause) {
    throw new UnreadableFrame("The internal service sent something that is not JSON", { cause });
  }
}

export function encode(value: unknown): string {
  const text = stringify(value);
  if (text === undefined) throw new TypeError("Nothing to send");
  return text;
}

function exactNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

/** A small cid is a number after `exactNumber`; by its field's name it becomes what all cids are. */
function cidsToBigInt(key: string, value: unknown): unknown {
  return typeof value === "number" && (key === "cid" || key.endsWith("_cid")) ? BigInt(value) : value;
}
