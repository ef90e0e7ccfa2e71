/** The account's settings that are on or off, each as a switch; a part of the screen says what was refused in it. */
import type { ReactNode } from "react";
import { useState } from "react";

import type { SettingsView } from "../../api/generated";
import { useAttempt, useSession, useWorkspace } from "../../state/context";
import { sentenceOf } from "../../words/reasons";

type Setting = Exclude<keyof SettingsView, "unlocked_by" | "notifications" | "keep_days">;

interface OnOrOff {
  readonly checked: boolean;
  readonly busy: boolean;
  readonly onChange: (checked: boolean) => void;
}

interface Settings {
  readonly settings: SettingsView;
  readonly switchOf: (setting: Setting) => OnOrOff;
  /** Why the last change was not made. */
  readonly refusal: ReactNode;
}

export function useSettings(): Settings {
  const { service, cid } = useSession();
  const settings = useWorkspace(({ account }) => account.settings);
  const [attempt, run] = useAttempt();
  /** What was set last: the others can be set meanwhile. */
  const [last, setLast] = useState<Setting | null>(null);
  const switchOf = (setting: Setting): OnOrOff => ({
    checked: settings[setting],
    busy: attempt.state === "running" && last === setting,
    onChange: (value) => {
      setLast(setting);
      void run(() => service.request("SetSettings", { cid, [setting]: value }));
    },
  });
  const refusal = attempt.state === "refused" && (
    <p role="alert" className="py-3 text-13 text-red-ink">
      {sentenceOf(attempt.reason, {})}
    </p>
  );
  return { settings, switchOf, refusal };
}
