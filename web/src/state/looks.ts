/** Theme, density, size of letters and motion: choices for this browser, the same in all its tabs, kept over reloads. */
import type { Looks } from "./chosenLooks";
import { applyLooks, keyOf, LOOKS, storedLooks, systemWants } from "./chosenLooks";
import { WritableStore } from "./store";

const chosen = new WritableStore<Looks>(storedLooks());

export const looks = { get: chosen.get, subscribe: chosen.subscribe };

export function chooseLook<Name extends keyof Looks>(name: Name, choice: Looks[Name]): void {
  take({ ...chosen.get(), [name]: choice });
  try {
    if (choice === LOOKS[name][0]) localStorage.removeItem(keyOf(name));
    else localStorage.setItem(keyOf(name), choice);
  } catch {
    // It holds for this tab then.
  }
}

/** Keeps the page in step with the system and with other tabs. */
export function watchLooks(): void {
  for (const query of Object.values(systemWants))
    query().addEventListener("change", () => {
      applyLooks(chosen.get());
    });
  window.addEventListener("storage", ({ key }) => {
    // No key: all of it was cleared.
    if (key === null || Object.keys(LOOKS).some((name) => keyOf(name as keyof Looks) === key))
      take(storedLooks());
  });
}

function take(next: Looks): void {
  chosen.set(next);
  applyLooks(next);
}
