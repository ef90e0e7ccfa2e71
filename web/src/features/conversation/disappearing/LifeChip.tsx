/** That messages disappear, where one writes to somebody; nothing of it is loaded while they stay. */
import { Later } from "../../../components/Later";

const lifeMenu = async () => (await import("./LifeMenu")).default;

export function LifeChip({
  conversation,
  livesFor,
}: {
  readonly conversation: string;
  readonly livesFor: number | null;
}) {
  if (livesFor === null) return null;
  return (
    <Later
      load={lifeMenu}
      of={{ conversation, livesFor }}
      waiting={<span className="w-9 shrink-0" />}
      // There is no room for more; the details have the same.
      failed={() => <span className="shrink-0 text-12 text-ink-3">They disappear</span>}
    />
  );
}
