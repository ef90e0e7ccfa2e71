/** Who shows notifications, what they show of this account, how they sound, and when there are none. */
import { Bell } from "lucide-react";
import { useId, useState, useSyncExternalStore } from "react";

import type { NotificationSettings } from "../../api/generated";
import { Button } from "../../components/Button";
import { Segments } from "../../components/Segments";
import { Switch } from "../../components/Switch";
import { useAttempt, useSession } from "../../state/context";
import { askForLeave, notificationLeave } from "../../state/notificationLeave";
import { useDesktop } from "../../state/useDesktop";
import { desktopWords, LEAVE_WORDS, minutesOfTime, timeOfMinutes } from "../../words/notifications";
import { sentenceOf } from "../../words/reasons";

const SHOWS = [
  ["text", "Name and text"],
  ["name", "Name only"],
  ["nothing", "Nothing"],
] as const;

const QUIET = [
  ["never", "Off"],
  ["hours", "At night"],
  ["always", "On"],
] as const;

const QUIET_WORDS: Readonly<Record<NotificationSettings["quiet"], string>> = {
  never: "Notifications come at any time.",
  hours: "No notifications between these times. What came meanwhile is counted, and not told later.",
  always: "No notifications until you turn this off. What comes is counted all the same.",
};

type Changes = Partial<NotificationSettings>;

export function Notifications({ settings }: { readonly settings: NotificationSettings }) {
  const { service, cid } = useSession();
  const [attempt, run] = useAttempt();
  /** What was set last: the others can be set meanwhile. */
  const [last, setLast] = useState<readonly string[]>([]);
  const set = (changes: Changes) => {
    setLast(Object.keys(changes));
    void run(() => service.request("SetNotifications", { cid, ...changes }));
  };
  const isBusy = (what: keyof NotificationSettings) => attempt.state === "running" && last.includes(what);
  return (
    <>
      <WhoShows />
      <Segments
        label="What they show"
        note="Whoever looks at your screen sees it, also while it is locked."
        options={SHOWS}
        chosen={settings.shows}
        busy={isBusy("shows")}
        onChoose={(shows) => {
          set({ shows });
        }}
      />
      <Switch
        label="Sound"
        note="Two soft tones, at most every few seconds."
        checked={settings.sound}
        busy={isBusy("sound")}
        onChange={(sound) => {
          set({ sound });
        }}
      />
      <div>
        <Segments
          label="Do not disturb"
          note={QUIET_WORDS[settings.quiet]}
          options={QUIET}
          chosen={settings.quiet}
          busy={isBusy("quiet")}
          onChoose={(quiet) => {
            set({ quiet });
          }}
        />
        {settings.quiet === "hours" && (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2 pb-4 text-13">
            <TimeField
              label="from"
              minutes={settings.quiet_from}
              onChange={(quiet_from) => {
                set({ quiet_from });
              }}
            />
            <TimeField
              label="to"
              minutes={settings.quiet_to}
              onChange={(quiet_to) => {
                set({ quiet_to });
              }}
            />
            <span className="text-ink-3">by this computer’s clock</span>
          </div>
        )}
      </div>
      {attempt.state === "refused" && (
        <p role="alert" className="py-3 text-13 text-red-ink">
          {sentenceOf(attempt.reason)}
        </p>
      )}
    </>
  );
}

function WhoShows() {
  const leave = useSyncExternalStore(notificationLeave.subscribe, notificationLeave.get);
  const desktop = useDesktop();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="text-15 font-medium">Desktop notifications</p>
        <p role="status" className="text-13 text-pretty text-ink-2">
          {LEAVE_WORDS[leave]} {desktop !== null && desktopWords(desktop, leave)}
        </p>
      </div>
      {leave === "ask" && (
        <Button icon={<Bell size={16} aria-hidden />} onClick={() => void askForLeave()}>
          Turn on
        </Button>
      )}
    </div>
  );
}

function TimeField({
  label,
  minutes,
  onChange,
}: {
  readonly label: string;
  readonly minutes: number;
  readonly onChange: (minutes: number) => void;
}) {
  const id = useId();
  return (
    <span className="flex items-center gap-2">
      <label htmlFor={id} className="text-ink-2">
        {label}
      </label>
      <input
        id={id}
        type="time"
        autoComplete="off"
        // Uncontrolled: while somebody types, a time that is not whole yet must not be written over.
        defaultValue={timeOfMinutes(minutes)}
        onChange={({ target }) => {
          const chosen = minutesOfTime(target.value);
          if (chosen !== null && chosen !== minutes) onChange(chosen);
        }}
        className="h-9 rounded-control border border-line-strong bg-raised px-2.5 text-13 text-ink tabular-nums focus-visible:outline-offset-0"
      />
    </span>
  );
}
