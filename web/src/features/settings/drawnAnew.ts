/** A picture as it is shared: a small square JPEG, drawn anew, without a word about where it comes from. */
import type { Crop } from "./cropping";
import { sideOf } from "./cropping";

const PIXELS = 256;
const MOST_BYTES = 32 * 1024;
const QUALITIES = [0.9, 0.8, 0.7, 0.55, 0.4, 0.25, 0.1];

/** Segments that say how it is drawn: tables, its frame, and that it is a JFIF. */
const KEPT = new Set([0xdb, 0xc4, 0xdd, 0xc0]);
const JFIF = 0xe0;
const SCAN = 0xda;

/** Null: this browser does not draw it small enough. */
export async function drawnAnew(picture: ImageBitmap, crop: Crop): Promise<Uint8Array | null> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = PIXELS;
  drawCrop(canvas, picture, crop);
  for (const quality of QUALITIES) {
    const blob = await new Promise<Blob | null>((done) => {
      canvas.toBlob(done, "image/jpeg", quality);
    });
    const bytes = blob === null ? null : withoutMetadata(new Uint8Array(await blob.arrayBuffer()));
    if (bytes !== null && bytes.length <= MOST_BYTES) return bytes;
  }
  return null;
}

/** What is seen through nothing is white. */
export function drawCrop(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const side = sideOf(picture, crop);
  const left = crop.x * picture.width - side / 2;
  const top = crop.y * picture.height - side / 2;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
}

/** Browsers add colour profiles and the like. Null: it is no JPEG. */
export function withoutMetadata(jpeg: Uint8Array): Uint8Array | null {
  const kept: Uint8Array[] = [jpeg.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === SCAN) {
      kept.push(jpeg.subarray(at));
      return joined(kept);
    }
    const end = at + 2 + ((jpeg[at + 2] ?? 0) << 8) + (jpeg[at + 3] ?? 0);
    if (KEPT.has(marker) || (marker === JFIF && jpeg[at + 4] === 0x4a)) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return null;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** As the service's requests take it. */
export function inBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
