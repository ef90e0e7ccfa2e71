/** Where avatars have their pictures from: whoever knows them hands them down. */
import { createContext, useContext, useSyncExternalStore } from "react";

export interface AvatarPictures {
  readonly subscribe: (listener: () => void) => () => void;
  /** What an image shows of whom a key stands for; undefined: no picture is known, or not yet. */
  readonly urlOf: (colourKey: string) => string | undefined;
}

const NONE: AvatarPictures = { subscribe: () => () => undefined, urlOf: () => undefined };

export const AvatarPicturesContext = createContext<AvatarPictures>(NONE);

export function useAvatarPicture(colourKey: string): string | undefined {
  const pictures = useContext(AvatarPicturesContext);
  return useSyncExternalStore(pictures.subscribe, () => pictures.urlOf(colourKey));
}
