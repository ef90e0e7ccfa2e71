/** For how long what was just sent can be taken back before anybody has it; one choice for this browser. */
import type { ScheduledView } from "../api/generated";
import { WritableStore } from "./store";

const KEY = "casemate.undo-send";
export const UNDO_SECONDS = [0, 5, 10, 20] as const;
export type UndoSeconds = (typeof UNDO_SECONDS)[number];

const chosen = new WritableStore<UndoSeconds>(stored());

export const undoSend = { get: chosen.get, subscribe: chosen.subscribe };

export function chooseUndoSend(seconds: UndoSeconds): void {
  if (seconds === 0) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, seconds.toString());
  chosen.set(seconds);
}

/** When a message that is sent now goes (Unix milliseconds); null: at once. */
export function dueWithUndo(): number | null {
  const seconds = stored(); // another tab may have chosen
  return seconds === 0 ? null : Date.now() + 1000 * seconds;
}

/** Whether it waits only so that it can be taken back. */
export function isUndo({ written_at, due_at }: Pick<ScheduledView, "written_at" | "due_at">): boolean {
  return due_at - written_at <= 1000 * Math.max(...UNDO_SECONDS) + 1000;
}

function stored(): UndoSeconds {
  try {
    const kept = Number(localStorage.getItem(KEY));
    return UNDO_SECONDS.find((seconds) => seconds === kept) ?? 0;
  } catch {
    return 0; // there is no storage for this page
  }
}
