import { expect, test } from "vitest";

import text from "../../../tests/vectors/emojis.json?raw";
import { isEmojiOnly } from "./emojiOnly";

test("every emoji that one can pick, alone, and up to five of them", () => {
  const { offered } = JSON.parse(text) as { readonly offered: readonly string[] };
  expect(offered.filter((emoji) => !isEmojiOnly(emoji))).toEqual([]);
  expect(isEmojiOnly("👩‍🚀🎉 👍🏽\n🇩🇪❤️")).toBe(true);
});

test.each([
  "",
  " ",
  "1",
  "12",
  "#",
  "*",
  "a🎉",
  "🎉!",
  "🎉🎉🎉🎉🎉🎉",
  "©",
  "\u200d",
  "\ufe0f",
  "🎉".repeat(10_000),
])("%j is not emojis alone", (other) => {
  expect(isEmojiOnly(other)).toBe(false);
});
