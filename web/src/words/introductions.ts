/** The line that goes with a request to talk: what the service takes of it, and how that is said while one writes. */

export const INTRODUCTION_CHARACTERS = 280;
/** Three for each character: emoji need four. */
const INTRODUCTION_BYTES = 840;
/** So near to the end it is said how many are left. */
const NEAR_THE_END = 60;

export const INTRODUCTION_ADVICE =
  "They see it beside your request, as your words. It is sealed for them on the way.";

export function introductionFits(text: string): boolean {
  return (
    lengthOf(text) <= INTRODUCTION_CHARACTERS &&
    new TextEncoder().encode(text.trim()).length <= INTRODUCTION_BYTES
  );
}

export function introductionAdvice(text: string): string {
  const left = INTRODUCTION_CHARACTERS - lengthOf(text);
  if (left > NEAR_THE_END) return INTRODUCTION_ADVICE;
  return left === 1 ? "1 character left." : `${left.toString()} characters left.`;
}

/** Undefined: it is as it should be. */
export function introductionProblem(text: string): string | undefined {
  if (introductionFits(text)) return undefined;
  const over = lengthOf(text) - INTRODUCTION_CHARACTERS;
  if (over <= 0) return "Too long with so many emoji. Shorten it.";
  return `Too long by ${over === 1 ? "1 character" : `${over.toString()} characters`}. Shorten it.`;
}

/** As people and the service count: an emoji that the computer stores in two parts is one. */
function lengthOf(text: string): number {
  return Array.from(text.trim()).length;
}
