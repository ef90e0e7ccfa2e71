/** Sizes as a person says them. */

const UNITS = ["bytes", "kB", "MB"] as const;

/** Of a text, as it is stored: UTF-8, in decimal units. */
export function sizeOf(text: string): string {
  return bytesWords(new TextEncoder().encode(text).length);
}

/** In decimal units. */
export function bytesWords(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount).toString()} ${UNITS[unit] ?? ""}`;
}
