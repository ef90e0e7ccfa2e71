/** Whether this browser lets Casemate show notifications. It is asked only when a person wants it to be. */
import { WritableStore } from "./store";

export type Leave = "ask" | "allowed" | "refused" | "unsupported";

let barred = false;
const leave = new WritableStore<Leave>(look());
export const notificationLeave = { get: leave.get, subscribe: leave.subscribe };

/** Only from a click: browsers refuse everything else, and take it ill. */
export async function askForLeave(): Promise<void> {
  await Notification.requestPermission();
  lookAgain();
}

/** A person changes it in the settings of the browser, beside the page. */
export function lookAgain(): void {
  leave.set(look());
}

/** The browser has the word and does not let pages use it, as on phones. */
export function cannotShow(): void {
  barred = true;
  lookAgain();
}

function look(): Leave {
  if (barred || typeof Notification === "undefined") return "unsupported";
  switch (Notification.permission) {
    case "granted":
      return "allowed";
    case "denied":
      return "refused";
    default:
      return "ask";
  }
}
