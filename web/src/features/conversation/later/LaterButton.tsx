/** Sends what is written at another time. */
import { CalendarClock } from "lucide-react";
import { useState } from "react";

import { IconButton } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Later } from "../../../components/Later";
import { Menu, MenuItem, MenuLine, MenuNote } from "../../../components/Menu";
import { dueWords, presets } from "../../../words/later";

const TITLE = "Send later";
const anotherTime = async () => (await import("./AnotherTime")).default;

interface Props {
  readonly disabled: boolean;
  /** Unix milliseconds. */
  readonly onPick: (at: number) => void;
}

export function LaterButton({ disabled, onPick }: Props) {
  const [asking, setAsking] = useState(false);
  const close = () => {
    setAsking(false);
  };
  return (
    <>
      <Menu
        side="top"
        trigger={
          <IconButton
            label={TITLE}
            disabled={disabled}
            className="disabled:!text-ink-3"
            icon={<CalendarClock size={17} aria-hidden />}
          />
        }
      >
        <Times
          onPick={onPick}
          onAsk={() => {
            setAsking(true);
          }}
        />
      </Menu>
      {asking && (
        <Later
          load={anotherTime}
          of={{ title: TITLE, action: "Send then", onPick, onClose: close }}
          failed={(said) => (
            <Dialog title={TITLE} onClose={close} className="max-w-md">
              <div className="px-5 pb-5">{said}</div>
            </Dialog>
          )}
        />
      )}
    </>
  );
}

/** Made when the menu opens, so that its times are those of that moment. */
function Times({ onPick, onAsk }: { readonly onPick: (at: number) => void; readonly onAsk: () => void }) {
  const [now] = useState(() => Date.now());
  return (
    <>
      <MenuNote>Send it…</MenuNote>
      {presets(now).map(({ name, at }) => (
        <MenuItem
          key={name}
          onSelect={() => {
            onPick(at);
          }}
        >
          <span className="min-w-0 flex-1">{name}</span>
          <span className="text-12 text-ink-3 tabular-nums">{dueWords(at, now)}</span>
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={onAsk}>At another time…</MenuItem>
    </>
  );
}
