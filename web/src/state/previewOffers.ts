/** Whether previews of links are offered where one writes, in this browser. None is ever made unasked. */
import { WritableStore } from "./store";

const KEY = "casemate.preview-offers";

const offers = new WritableStore<boolean>(stored());

export const previewOffers = { get: offers.get, subscribe: offers.subscribe };

export function choosePreviewOffers(offered: boolean): void {
  offers.set(offered);
  try {
    if (offered) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "off");
  } catch {
    // It holds for this tab then.
  }
}

window.addEventListener("storage", ({ key }) => {
  if (key === KEY) offers.set(stored());
});

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true; // there is no storage for this page
  }
}
