/** Where floating things are put: inside the dialog they belong to, for nothing else is above it. */
import { createContext, useContext } from "react";

export const LayerContext = createContext<HTMLElement | null>(null);

export function useLayer(): HTMLElement | null {
  return useContext(LayerContext);
}
