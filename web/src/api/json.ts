/** JSON in which every cid is an exact `bigint`, both ways. */
import { LIBRARY, nativeNumbers } from "./exactNumbers";

/** A frame that is no JSON, or no frame of ours. */
export class UnreadableFrame extends Error {}

const NUMBERS = nativeNumbers(JSON) ?? LIBRARY;

export function decode(text: string, numbers = NUMBERS): unknown {
  try {
    return numbers.parse(text, (key, value, source) => {
      const exact = Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(source) : value;
      // By its field's name even a small cid becomes what all cids are.
      return typeof exact === "number" && isCid(key) ? BigInt(exact) : exact;
    });
  } catch (cause) {
    throw new UnreadableFrame("Casemate sent something that is not JSON", { cause });
  }
}

export function encode(value: unknown, numbers = NUMBERS): string {
  const text = numbers.stringify(value);
  if (text === undefined) throw new TypeError("Nothing to send");
  return text;
}

function isCid(key: string): boolean {
  return key === "cid" || key.endsWith("_cid");
}
