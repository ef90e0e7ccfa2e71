/** Puts an emoji where one writes. */
import { Smile } from "lucide-react";
import type { RefObject } from "react";
import { useState } from "react";

import { IconButton } from "../../../components/Button";
import { EmojiPopover } from "../../../components/EmojiPopover";
import { insertText } from "./fieldText";

export function EmojiButton({ field }: { readonly field: RefObject<HTMLTextAreaElement | null> }) {
  const [open, setOpen] = useState(false);
  return (
    <EmojiPopover
      open={open}
      onOpen={setOpen}
      onPick={(emoji) => {
        if (field.current !== null) insertText(field.current, emoji);
      }}
      onClosed={() => field.current?.focus({ preventScroll: true })}
      trigger={<IconButton label="Emoji" icon={<Smile size={18} aria-hidden />} />}
    />
  );
}
