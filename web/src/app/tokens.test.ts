import { describe, expect, test } from "vitest";

import css from "./tokens.css?raw";

type Tokens = Readonly<Record<string, string>>;

function tokensOf(selector: string): Tokens {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0] ?? "";
  const pairs = [...block.matchAll(/--([\w-]+): ([^;]+);/g)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}

const light = tokensOf('[data-theme="light"]');
const themes: Readonly<Record<string, Tokens>> = {
  light,
  dark: { ...light, ...tokensOf('[data-theme="dark"]') },
};

/** Relative luminance of WCAG 2 of an OKLCH colour; out-of-gamut parts are cut off, as screens do. */
function luminance(lightness: number, chroma: number, hue: number): number {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const within = (channel: number) => Math.min(1, Math.max(0, channel));
  const red = within(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = within(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = within(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parse(colour: string): [number, number, number] {
  const numbers = /oklch\(([\d.]+) ([\d.]+) ([\d.]+)/.exec(colour)?.slice(1).map(Number);
  if (numbers?.length !== 3) throw new Error(`not an OKLCH colour: ${colour}`);
  return numbers as [number, number, number];
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const SURFACES = ["sidebar", "surface", "raised", "sunken", "selected", "own"];
const TEXTS = ["ink", "ink-2", "ink-3", "accent-ink"];
const PAIRS: readonly (readonly [string, string, number])[] = [
  ...SURFACES.flatMap((surface) => TEXTS.map((text) => [text, surface, 4.5] as const)),
  ...["accent-soft", "amber-soft", "red-soft", "green-soft"].flatMap((soft) => [
    ["ink", soft, 4.5] as const,
    ["ink-2", soft, 4.5] as const,
  ]),
  ["on-accent", "accent", 4.5],
  ["on-accent", "accent-hover", 4.5],
  ["on-red", "red", 4.5],
  ["on-red", "red-hover", 4.5],
  ["accent-ink", "accent-soft", 4.5],
  ["red-ink", "red-soft", 4.5],
  ["red-ink", "surface", 4.5],
  ["red-ink", "raised", 4.5],
  ["red-ink", "own", 4.5],
  // Code.
  ...["red-ink", "amber-ink", "green-ink"].map((text) => [text, "sunken", 4.5] as const),
  ["amber-ink", "amber-soft", 4.5],
  ["amber-ink", "surface", 4.5],
  ["amber-ink", "own", 4.5],
  ["surface", "ink", 4.5],
  // Signs and edges of controls: 3 : 1.
  ["line-strong", "surface", 3],
  ["line-strong", "raised", 3],
  ["line-strong", "sidebar", 3],
  ["focus", "surface", 3],
  ["focus", "sidebar", 3],
  ["focus", "raised", 3],
  ["green", "surface", 3],
  ["green", "sidebar", 3],
  ["green", "raised", 3],
  ["red", "surface", 3],
];

describe.each(Object.entries(themes))("the %s theme", (_, tokens) => {
  test.each(PAIRS)("%s on %s has a contrast of at least %d : 1", (front, back, least) => {
    const [one, other] = [front, back].map((name) => luminance(...parse(tokens[name] ?? "")));
    expect(contrast(one ?? 0, other ?? 0)).toBeGreaterThanOrEqual(least);
  });

  test.each(["sidebar", "surface", "raised"])("words stay readable on %s under the pointer", (name) => {
    const [behind, hover] = [parse(tokens[name] ?? ""), parse(tokens.hover ?? "")];
    const alpha = Number(/\/ ([\d.]+)\)/.exec(tokens.hover ?? "")?.[1]);
    const back = luminance(behind[0] + (hover[0] - behind[0]) * alpha, behind[1], behind[2]);
    for (const text of TEXTS)
      expect(contrast(luminance(...parse(tokens[text] ?? "")), back)).toBeGreaterThanOrEqual(4.5);
  });

  test("initials are readable on the avatar colour of every account", () => {
    const ink = luminance(...parse(tokens["avatar-ink"] ?? ""));
    for (let hue = 0; hue < 360; hue += 15) {
      const back = luminance(Number(tokens["avatar-lightness"]), Number(tokens["avatar-chroma"]), hue);
      expect(contrast(ink, back)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
