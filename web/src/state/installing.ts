/** Whether the browser offers to install the page, which it says once and early. */
import { WritableStore } from "./store";

/** Not in the DOM's types: only some browsers have it. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const offer = new WritableStore<InstallOffer | null>(null);

export const installOffer = { get: offer.get, subscribe: offer.subscribe };

export function watchInstalling(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    // It is offered in the settings, not by a bar over the page.
    event.preventDefault();
    offer.set(event as InstallOffer);
  });
  window.addEventListener("appinstalled", () => {
    offer.set(null);
  });
}

/** The browser asks the person; its offer is good for once. */
export async function install(): Promise<void> {
  const made = offer.get();
  try {
    await made?.prompt();
  } catch {
    // It was asked already, or may not be now: then there is nothing to offer.
  } finally {
    if (offer.get() === made) offer.set(null);
  }
}
