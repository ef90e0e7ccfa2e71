/** How long to wait before the next try. */

const FIRST_SECONDS = 0.5;
/** The service is on the same machine: asking often costs little, and it is back within a second or two. */
const LONGEST_SECONDS = 5;

/** Full jitter, so that many tabs do not return in the same instant. Milliseconds. */
export function backoffMilliseconds(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** attempt);
  return Math.round(1000 * ceiling * random());
}
