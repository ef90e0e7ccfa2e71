/** Whether Enter sends, in this browser: kept like the theme, for a keyboard is a thing of the computer. */
import { WritableStore } from "./store";

const KEY = "casemate.enter";

const sends = new WritableStore<boolean>(stored());

export const enterSends = { get: sends.get, subscribe: sends.subscribe };

export function chooseEnter(send: boolean): void {
  sends.set(send);
  try {
    if (send) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "line");
  } catch {
    // It holds for this tab then.
  }
}

window.addEventListener("storage", ({ key }) => {
  if (key === KEY) sends.set(stored());
});

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) !== "line";
  } catch {
    return true; // there is no storage for this page
  }
}
