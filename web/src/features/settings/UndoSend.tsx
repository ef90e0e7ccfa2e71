/** For how long what was just sent can be taken back before anybody has it. */
import { useSyncExternalStore } from "react";

import type { UndoSeconds } from "../../state/undoSend";
import { chooseUndoSend, UNDO_SECONDS, undoSend } from "../../state/undoSend";

export function UndoSend() {
  const chosen = useSyncExternalStore(undoSend.subscribe, undoSend.get);
  return (
    <label className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3">
      <span className="min-w-0 flex-1 basis-60">
        <span className="block text-15">Undo send</span>
        <span className="block text-13 text-ink-2">
          Messages wait so long before they go, and can be taken back without a trace. In this browser.
        </span>
      </span>
      <select
        value={chosen}
        onChange={({ currentTarget }) => {
          chooseUndoSend(Number(currentTarget.value) as UndoSeconds);
        }}
        className="h-9 rounded-control border border-line-strong bg-raised px-2 text-13"
      >
        {UNDO_SECONDS.map((seconds) => (
          <option key={seconds} value={seconds}>
            {seconds === 0 ? "Off" : `${seconds.toString()} seconds`}
          </option>
        ))}
      </select>
    </label>
  );
}
