/**
 * The invitation that this page was opened with: in memory alone, for whoever has it can come as somebody else. It is gone
 * with a reload.
 */
import { WritableStore } from "./store";
import { watchUnkept } from "./unkept";

export const JOIN_PATH = "/join";

/** Where the link stood before a browser was told to sign in first: the service sent it on to this. */
const SIGNED_OUT = "#signed-out";

const brought = new WritableStore("");
export const invitation = { get: brought.get, subscribe: brought.subscribe };
watchUnkept(() => brought.get() !== "");

/** What stands after `#` leaves the address and the tab's history before anything else is done. */
export function takeInvitation(): void {
  if (location.pathname !== JOIN_PATH || location.hash === "") return;
  const link = location.hash === SIGNED_OUT ? "" : location.href;
  history.replaceState(null, "", JOIN_PATH);
  brought.set(link);
}

/** What `casemate join` was given stands in no address: the service hands it to the page that it opened, once. */
export async function fetchInvitation(): Promise<void> {
  if (location.pathname !== JOIN_PATH || brought.get() !== "") return;
  try {
    const answer = await fetch("/invitation", { method: "POST", cache: "no-store" });
    const text = answer.status === 200 ? await answer.text() : "";
    if (text !== "" && brought.get() === "") brought.set(text);
  } catch {
    // nobody answers: the field for it is empty, and the link can be pasted there
  }
}

export function dropInvitation(): void {
  brought.set("");
}
