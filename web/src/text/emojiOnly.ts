/** A text of a few emojis and nothing else says it larger. */
const PICTURE =
  "(?:\\p{Emoji_Presentation}|\\p{Emoji}\\uFE0F|\\p{Emoji_Modifier_Base})\\p{Emoji_Modifier}?(?:[\\u{E0020}-\\u{E007F}]+)?";
const EMOJI = `(?:\\p{RI}\\p{RI}|[0-9#*]\\uFE0F\\u20E3|${PICTURE}(?:\\u200D(?:${PICTURE}|\\p{Emoji}\\uFE0F?))*)`;
const MOST = 5;
const ONLY = new RegExp(`^\\s*(?:${EMOJI}\\s*){1,${MOST.toString()}}$`, "u");
/** Five of the longest, with blanks. */
const LONGEST = 200;

export function isEmojiOnly(text: string): boolean {
  return text.length <= LONGEST && ONLY.test(text);
}
