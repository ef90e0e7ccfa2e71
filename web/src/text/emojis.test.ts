import { expect, test } from "vitest";

import text from "../../../tests/vectors/emojis.json?raw";
import type { Emoji } from "./emojis";
import { findEmojis, loadEmojis, toned } from "./emojis";

const { offered } = JSON.parse(text) as { readonly offered: readonly string[] };

const first = (emojis: readonly Emoji[]) => emojis[0]?.emoji;

test("what the picker offers is what the services are tested to accept", async () => {
  const all = (await loadEmojis()).flatMap(({ emoji, tones }) => [emoji, ...tones]);
  // If the data is newer: put these there, and see whether the services take them.
  expect(all.filter((emoji) => !offered.includes(emoji))).toEqual([]);
  expect(offered.filter((emoji) => !all.includes(emoji))).toEqual([]);
});

const ONE = new RegExp("^\\p{RGI_Emoji}$", "v");

test("each is written in one way only: another one would be another reaction", async () => {
  for (const { emoji, tones } of await loadEmojis())
    for (const drawn of [emoji, ...tones]) expect(drawn, drawn).toMatch(ONE);
});

test.each([
  ["smile", "😄"],
  ["+1", "👍"],
  ["thumbs u", "👍"],
  ["HEART", "❤️"],
  ["german", "🇩🇪"],
  [":tada:", "🎉"],
])("%s finds %s first", async (query, emoji) => {
  expect(first(findEmojis(await loadEmojis(), query))).toBe(emoji);
});

test("a name that nothing has finds nothing, and no name everything", async () => {
  const all = await loadEmojis();
  expect(findEmojis(all, "xyzzy")).toEqual([]);
  expect(findEmojis(all, " ")).toBe(all);
});

test("a language without data of its own gets English", async () => {
  expect(await loadEmojis(["tlh-AQ"])).toBe(await loadEmojis(["en-GB"]));
});

test("skin tones are of the emojis that have them", async () => {
  const all = await loadEmojis();
  const [thumb, heart] = ["👍", "❤️"].map((wanted) => all.find(({ emoji }) => emoji === wanted));
  expect(thumb && toned(thumb, 5)).toBe("👍🏿");
  expect(thumb && toned(thumb, 0)).toBe("👍");
  expect(heart && toned(heart, 5)).toBe("❤️");
});
