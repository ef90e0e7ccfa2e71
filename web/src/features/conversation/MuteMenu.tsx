/** Whether a conversation calls, and for how long it does not. */
import { Bell, BellOff } from "lucide-react";

import type { MuteView } from "../../api/generated";
import { IconButton } from "../../components/Button";
import { Menu, MenuItem, MenuLine, MenuNote } from "../../components/Menu";
import { useAttempt, useSession } from "../../state/context";
import { MUTES, mutedWords } from "../../words/notifications";
import { sentenceOf } from "../../words/reasons";

interface Props {
  readonly conversation: string;
  readonly muted: MuteView | null;
  readonly now: number;
}

export function MuteMenu({ conversation, muted, now }: Props) {
  const { service, cid } = useSession();
  const [attempt, run] = useAttempt();
  const where = { cid, conversation };
  const mute = (until: number | null) => {
    void run(() => service.request("MuteConversation", { ...where, until }));
  };
  const unmute = () => {
    void run(() => service.request("UnmuteConversation", where));
  };
  const Icon = muted === null ? Bell : BellOff;
  return (
    <>
      {attempt.state === "refused" && (
        <p role="alert" className="min-w-0 shrink truncate text-12 text-red-ink">
          {sentenceOf(attempt.reason)}
        </p>
      )}
      <Menu
        trigger={
          <IconButton
            label={muted === null ? "Mute" : mutedWords(muted, now)}
            icon={<Icon size={18} aria-hidden />}
          />
        }
      >
        {muted !== null && (
          <>
            <MenuNote>{mutedWords(muted, now)}</MenuNote>
            <MenuItem icon={<Bell size={16} aria-hidden />} onSelect={unmute}>
              Turn notifications on
            </MenuItem>
            <MenuLine />
          </>
        )}
        <MenuNote>No notifications from here</MenuNote>
        {MUTES.map(([words, until]) => (
          <MenuItem
            key={words}
            icon={<BellOff size={16} aria-hidden />}
            onSelect={() => {
              mute(until(Date.now()));
            }}
          >
            {words}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
