/** The theme of this browser, as the page has to know it before it is painted: nothing of the rest is needed for that. */

export type ThemeChoice = "system" | "light" | "dark";

export const THEME_KEY = "casemate.theme";

export function storedTheme(): ThemeChoice {
  try {
    const stored = localStorage.getItem(THEME_KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system"; // there is no storage for this page
  }
}

export function applyTheme(choice: ThemeChoice): void {
  const dark = choice === "dark" || (choice === "system" && systemPrefersDark().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function systemPrefersDark(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}
