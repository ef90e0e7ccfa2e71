/** Whether Casemate starts with this computer, as the computer says it now; and why not, where it cannot. */
import { Switch } from "../../components/Switch";
import { useAutostart } from "../../state/useAutostart";
import { AUTOSTART, autostartNote } from "../../words/autostart";
import { sentenceOf } from "../../words/reasons";

export function StartWithComputer() {
  const { told, attempt, turn } = useAutostart();
  const unknown = attempt.state === "refused" ? "Not known right now." : "Looking…";
  return (
    <div>
      <Switch
        label={AUTOSTART}
        note={told === null ? unknown : autostartNote(told)}
        checked={told?.state === "on"}
        disabled={told === null || told.state === "unavailable"}
        onChange={turn}
      />
      {attempt.state === "refused" && (
        <p role="alert" className="pb-3 text-13 [overflow-wrap:anywhere] text-red-ink">
          {sentenceOf(attempt.reason)}
        </p>
      )}
    </div>
  );
}
