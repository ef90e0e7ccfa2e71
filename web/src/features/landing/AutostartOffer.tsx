/** At the foot of the first screen, where this computer can do it and does not yet: one switch; or why it is gone tomorrow. */
import { useState } from "react";

import { Switch } from "../../components/Switch";
import { useAutostart } from "../../state/useAutostart";
import { AUTOSTART, autostartNote } from "../../words/autostart";
import { sentenceOf } from "../../words/reasons";
import { Refusal } from "./Refusal";

export function AutostartOffer() {
  const { told, attempt, turn } = useAutostart();
  // Once turned on here it stays, so that it can be taken back; whoever had it on is offered nothing.
  const [touched, setTouched] = useState(false);
  if (told?.reason?.code === "autostart_fetched")
    return (
      <p role="note" className="border-t border-line pt-4 text-13 text-pretty text-ink-3">
        {sentenceOf(told.reason)}
      </p>
    );
  if (told === null || !(told.state === "off" || touched)) return null;
  return (
    <section aria-label="Start with this computer" className="flex flex-col gap-2 border-t border-line pt-2">
      <Switch
        label={AUTOSTART}
        note={autostartNote(told)}
        checked={told.state === "on"}
        onChange={(on) => {
          setTouched(true);
          turn(on);
        }}
      />
      {attempt.state === "refused" && <Refusal reason={attempt.reason} />}
    </section>
  );
}
