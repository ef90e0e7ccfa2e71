/** The preview that goes along with what is being written, and the link that one could be made of. */
import { useEffect, useMemo, useRef, useState } from "react";

import type { LinkPreviewView } from "../../../api/generated";
import { previewOffers } from "../../../state/previewOffers";

/** An address that is typed is none until somebody pauses. */
const PAUSE_MILLISECONDS = 400;

interface Previewing {
  /** What a preview can be made of. */
  readonly link: string | null;
  /** What goes along with the text that is sent. */
  readonly preview: () => LinkPreviewView | null;
  readonly onPreview: (preview: LinkPreviewView | null) => void;
  /** The field holds this now; null: it holds no message to send. */
  readonly typed: (text: string | null) => void;
}

export function usePreview(): Previewing {
  const [link, setLink] = useState<string | null>(null);
  const made = useRef<LinkPreviewView | null>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(pause.current);
    },
    [],
  );
  const steady = useMemo(() => {
    let looks = 0;
    const look = async (text: string) => {
      const mine = ++looks;
      try {
        const { previewLink } = await import("../../../text/previewLinks");
        if (mine === looks) setLink(previewLink(text));
      } catch {
        // Nothing is offered while its code does not come.
      }
    };
    return {
      preview: () => made.current,
      onPreview: (preview: LinkPreviewView | null) => {
        made.current = preview;
      },
      typed: (text: string | null) => {
        clearTimeout(pause.current);
        if (text?.includes("://") === true && previewOffers.get())
          pause.current = setTimeout(() => void look(text), PAUSE_MILLISECONDS);
        else {
          looks++; // one that is under way is of another text
          setLink(null);
        }
      },
    };
  }, []);
  return { link, ...steady };
}
