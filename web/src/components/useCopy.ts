/** Putting text on the clipboard, and how that went: a browser may refuse, or have no clipboard for a page like this one. */
import { useState } from "react";

export type Copying = "not yet" | "copied" | "refused";

export const COPYING_WORDS: Readonly<Record<Copying, string>> = {
  "not yet": "",
  copied: "Copied",
  refused: "This browser did not copy it. It is selected: copy it with the keyboard.",
};

/** `select` marks what was to be copied, for whoever has to do it by hand. */
export function useCopy(select: () => void): readonly [Copying, (text: string) => void] {
  const [copying, setCopying] = useState<Copying>("not yet");
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setCopying("copied");
    } catch {
      select();
      setCopying("refused");
    }
  };
  return [copying, (text) => void copy(text)];
}

export function selectText(element: HTMLElement | null): void {
  if (element !== null) getSelection()?.selectAllChildren(element);
}
