/** The emoji picker beside the button that opens it; on a phone a sheet, for there is no beside. */
import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";

import { Dialog } from "./Dialog";
import { Later } from "./Later";
import { Popover } from "./Popover";

interface Props {
  readonly trigger: ReactNode;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** The picker closes with it. */
  readonly onPick: (emoji: string) => void;
  /** Where the focus goes afterwards, if not to the button. */
  readonly onClosed?: () => void;
}

const loadPicker = async () => (await import("./EmojiPicker")).EmojiPicker;
const NARROW = "(width < 640px)";

export function EmojiPopover({ trigger, open, onOpen, onPick, onClosed }: Props) {
  const narrow = useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
  const close = () => {
    onOpen(false);
  };
  const picker = (
    <Later
      load={loadPicker}
      of={{
        onPick: (emoji: string) => {
          onPick(emoji);
          close();
        },
        onClose: close,
      }}
      failed={(said) => <div className="m-auto p-4">{said}</div>}
    />
  );
  return (
    <>
      <Popover
        label="Emojis"
        trigger={trigger}
        open={open}
        onOpen={onOpen}
        side="top"
        onClosed={onClosed}
        className="flex h-96 max-h-[min(24rem,var(--radix-popover-content-available-height))] w-88 flex-col"
      >
        {narrow ? null : picker}
      </Popover>
      {narrow && open && (
        <Dialog title="Emojis" bare onClose={close}>
          <div className="flex h-[60dvh] flex-col">{picker}</div>
        </Dialog>
      )}
    </>
  );
}

function subscribe(listener: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", listener);
  return () => {
    query.removeEventListener("change", listener);
  };
}
