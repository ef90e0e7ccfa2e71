import { expect, test } from "vitest";

import { MOST_ZOOM, moved, sideOf, WHOLE, within } from "./cropping";
import { inBase64, withoutMetadata } from "./drawnAnew";

/** The same numbers from 0 to 1 each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("however it is moved and enlarged, the square stays in the picture", () => {
  const next = numbers(7);
  for (let round = 0; round < 500; round += 1) {
    const picture = { width: 1 + Math.floor(next() * 9000), height: 1 + Math.floor(next() * 9000) };
    let crop = WHOLE;
    for (let step = 0; step < 9; step += 1) {
      const there = moved(picture, crop, (next() - 0.5) * 20, (next() - 0.5) * 20);
      crop = within(picture, { ...there, zoom: there.zoom + (next() - 0.5) * 9 });
      const half = sideOf(picture, crop) / 2;
      expect(crop.zoom).toBeGreaterThanOrEqual(1);
      expect(crop.zoom).toBeLessThanOrEqual(MOST_ZOOM);
      expect(crop.x * picture.width - half).toBeGreaterThanOrEqual(-1e-6);
      expect(crop.x * picture.width + half).toBeLessThanOrEqual(picture.width + 1e-6);
      expect(crop.y * picture.height - half).toBeGreaterThanOrEqual(-1e-6);
      expect(crop.y * picture.height + half).toBeLessThanOrEqual(picture.height + 1e-6);
    }
  }
});

const segment = (marker: number, ...content: number[]) => [0xff, marker, 0, content.length + 2, ...content];

test("nothing but what it takes to draw it stays in a picture", () => {
  const jfif = segment(0xe0, 0x4a, 0x46, 0x49, 0x46, 0);
  const kept = [
    ...segment(0xdb, 1),
    ...segment(0xc0, 2),
    ...segment(0xc4, 3),
    ...segment(0xda, 4),
    9,
    9,
    0xff,
    0xd9,
  ];
  const added = [...segment(0xe1, 0x45, 0x78), ...segment(0xe2, 0x49, 0x43, 0x43), ...segment(0xfe, 7)];
  const stripped = withoutMetadata(new Uint8Array([0xff, 0xd8, ...jfif, ...added, ...kept]));
  expect([...(stripped ?? [])]).toEqual([0xff, 0xd8, ...jfif, ...kept]);
});

test("what is no picture is none", () => {
  const next = numbers(11);
  for (let round = 0; round < 2000; round += 1) {
    const bytes = Uint8Array.from({ length: Math.floor(next() * 40) }, () => Math.floor(next() * 256));
    const stripped = withoutMetadata(bytes);
    expect(stripped === null || stripped.length <= bytes.length).toBe(true);
  }
  expect(withoutMetadata(new Uint8Array([0x89, 0x50, 0x4e, 0x47]))).toBeNull();
  expect(inBase64(new Uint8Array([255, 216, 0]))).toBe("/9gA");
});
