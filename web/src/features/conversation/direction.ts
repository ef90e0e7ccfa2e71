/** Which way a text runs, as `dir="auto"` finds out; that attribute looks at all of a long text again with every key. */

/** Letters that say so stand at the beginning; nobody waits for one behind a page of digits. */
const LOOKED_AT = 400;
const FIRST_STRONG = /[\p{L}\u200E\u200F]/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\u200F]/u;

export function directionOf(text: string): "ltr" | "rtl" {
  const first = FIRST_STRONG.exec(text.slice(0, LOOKED_AT))?.[0];
  return first !== undefined && RIGHT_TO_LEFT.test(first) ? "rtl" : "ltr";
}
