/** The time in force, and others. */
import { Timer } from "lucide-react";

import { IconButton } from "../../../components/Button";
import { Menu, MenuItem, MenuNote } from "../../../components/Menu";
import { useAttempt, useSession } from "../../../state/context";
import { LIVES, livesName } from "../../../words/disappearing";
import { lifeWords } from "../../../words/lives";
import { sentenceOf } from "../../../words/reasons";

interface Props {
  readonly conversation: string;
  readonly livesFor: number;
}

export default function LifeMenu({ conversation, livesFor }: Props) {
  const { service, cid } = useSession();
  const [attempt, run] = useAttempt();
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
            label={`Messages disappear after ${lifeWords(livesFor)}`}
            icon={<Timer size={18} aria-hidden />}
          />
        }
      >
        <MenuNote>{`New messages disappear after ${lifeWords(livesFor)}`}</MenuNote>
        {LIVES.filter((life) => life !== livesFor).map((life) => (
          <MenuItem
            key={life ?? 0}
            icon={<Timer size={16} aria-hidden />}
            onSelect={() => {
              void run(() => service.request("SetDisappearing", { cid, conversation, lives_for: life }));
            }}
          >
            {livesName(life)}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
