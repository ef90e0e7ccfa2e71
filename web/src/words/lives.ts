/** For how long messages live, in words. */
const UNITS = [
  [604_800, "week"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** 1 day, 30 seconds; in the largest unit that says it exactly. */
export function lifeWords(seconds: number): string {
  const [size, unit] = UNITS.find(([length]) => seconds % length === 0) ?? UNITS[4];
  return seconds === size ? `1 ${unit}` : `${(seconds / size).toString()} ${unit}s`;
}
