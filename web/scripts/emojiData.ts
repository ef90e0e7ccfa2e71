/** Makes `virtual:emojis/en`: of the emojis that are published, what a page needs to offer them, and nothing else. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

import type { Plugin } from "vite";

interface Published {
  readonly label: string;
  readonly hexcode: string;
  readonly emoji: string;
  /** 0 is drawn as text unless a selector says otherwise; a selector after the others would make two of one. */
  readonly type: number;
  readonly group?: number;
  readonly order?: number;
  readonly tags?: readonly string[];
  readonly version: number;
  readonly tone?: number | readonly number[];
  readonly skins?: readonly Published[];
}

const VIRTUAL = "virtual:emojis/";
/** Later ones are boxes on most systems yet. */
const LATEST = 16;
/** Hair and skin by themselves. */
const COMPONENTS = 2;

const require = createRequire(import.meta.url);

export function emojiData(): Plugin {
  return {
    name: "emoji-data",
    resolveId: (id) => (id.startsWith(VIRTUAL) ? `\0${id}` : null),
    load: (id) => {
      if (!id.startsWith(`\0${VIRTUAL}`)) return null;
      const offered = JSON.stringify(offeredIn(id.slice(VIRTUAL.length + 1)));
      // Browsers read JSON faster than a program that says the same.
      return `export default JSON.parse(${JSON.stringify(offered)});`;
    },
  };
}

/** [emoji, name, group, words, shortcodes, its five skin tones if it has any] for each, in the order of Unicode. */
function offeredIn(language: string): unknown[] {
  const shortcodes = ["github", "iamcal"].map(
    (names) => read(`en/shortcodes/${names}.json`) as Record<string, string | string[]>,
  );
  return (read(`${language}/data.json`) as Published[])
    .filter(({ group, version }) => group !== undefined && group !== COMPONENTS && version <= LATEST)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map((entry) => {
      const codes = new Set(shortcodes.flatMap((names) => names[entry.hexcode] ?? []));
      const tones = [1, 2, 3, 4, 5].map((tone) => entry.skins?.find((skin) => hasOnly(skin, tone)));
      return [
        written(entry),
        entry.label,
        entry.group,
        (entry.tags ?? []).join(" "),
        [...codes].join(" "),
        ...(tones.every((tone) => tone !== undefined) ? [tones.map(written)] : []),
      ];
    });
}

function hasOnly({ tone, version }: Published, wanted: number): boolean {
  return version <= LATEST && [tone].flat().every((one) => one === wanted);
}

function written({ emoji, type }: Published): string {
  return type === 0 ? emoji : emoji.replace(/^(.)\ufe0f$/u, "$1");
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(require.resolve(`emojibase-data/${name}`), "utf8"));
}
