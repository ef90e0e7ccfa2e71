/** Which square of a picture is seen through a round window: moved and enlarged, and never beyond its edges. */

export interface Crop {
  /** Of the middle of the square, as parts of the picture's width and height. */
  readonly x: number;
  readonly y: number;
  /** 1: the shorter side fills the square. */
  readonly zoom: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export const MOST_ZOOM = 8;
export const WHOLE: Crop = { x: 0.5, y: 0.5, zoom: 1 };

/** The side of the square, in pixels of the picture. */
export function sideOf({ width, height }: Size, { zoom }: Crop): number {
  return Math.min(width, height) / zoom;
}

export function within(size: Size, crop: Crop): Crop {
  const zoom = clamp(crop.zoom, 1, MOST_ZOOM);
  const half = sideOf(size, { ...crop, zoom }) / 2;
  return {
    x: clamp(crop.x, half / size.width, 1 - half / size.width),
    y: clamp(crop.y, half / size.height, 1 - half / size.height),
    zoom,
  };
}

/** By so much of the square's side: what is in it follows the hand. */
export function moved(size: Size, crop: Crop, right: number, down: number): Crop {
  const side = sideOf(size, crop);
  return within(size, {
    ...crop,
    x: crop.x - (right * side) / size.width,
    y: crop.y - (down * side) / size.height,
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
