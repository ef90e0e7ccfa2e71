/** Light, dark, or as the system says; one choice for this browser, kept over reloads. */
import { WritableStore } from "./store";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "casemate.theme";
const chosen = new WritableStore<ThemeChoice>(storedChoice());

export const themeChoice = { get: chosen.get, subscribe: chosen.subscribe };

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  chosen.set(choice);
  applyTheme();
}

/** Keeps the page in step with the system and with other tabs. */
export function watchTheme(): void {
  applyTheme();
  systemPrefersDark().addEventListener("change", applyTheme);
  window.addEventListener("storage", ({ key }) => {
    if (key !== KEY) return;
    chosen.set(storedChoice());
    applyTheme();
  });
}

function applyTheme(): void {
  const choice = chosen.get();
  const dark = choice === "dark" || (choice === "system" && systemPrefersDark().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function systemPrefersDark(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}

function storedChoice(): ThemeChoice {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}
