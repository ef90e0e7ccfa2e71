/** Light, dark, or as the system says; one choice for this browser, kept over reloads. */
import type { ThemeChoice } from "./chosenTheme";
import { applyTheme, storedTheme, systemPrefersDark, THEME_KEY } from "./chosenTheme";
import { WritableStore } from "./store";

const chosen = new WritableStore<ThemeChoice>(storedTheme());

export const themeChoice = { get: chosen.get, subscribe: chosen.subscribe };

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") localStorage.removeItem(THEME_KEY);
  else localStorage.setItem(THEME_KEY, choice);
  chosen.set(choice);
  applyTheme(choice);
}

/** Keeps the page in step with the system and with other tabs. */
export function watchTheme(): void {
  systemPrefersDark().addEventListener("change", () => {
    applyTheme(chosen.get());
  });
  window.addEventListener("storage", ({ key }) => {
    if (key !== THEME_KEY) return;
    chosen.set(storedTheme());
    applyTheme(chosen.get());
  });
}
