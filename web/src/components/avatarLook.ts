/** How an account's avatar looks: two hues, so that few people share a look, however alike their names are. */

export const HUES = 36;
const DEGREES = 360 / HUES;
const SECOND_HUES = 12;

export interface AvatarLook {
  /** Degrees. */
  readonly hue: number;
  /** Of the corner. */
  readonly corner: number;
}

/** Every bit of the key counts; neighbouring keys look nothing alike. */
export function avatarLook(key: string): AvatarLook {
  const hash = spread(key);
  const first = hash % HUES;
  const second = Math.floor(hash / HUES) % SECOND_HUES;
  return { hue: first * DEGREES, corner: (first * DEGREES + (second * 360) / SECOND_HUES) % 360 };
}

/** FNV-1a, then the last step of MurmurHash3: 32 bits without a pattern. */
function spread(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
