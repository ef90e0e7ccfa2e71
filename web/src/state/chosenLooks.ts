/** How the page looks in this browser, as it has to know before it is painted: nothing of the rest is needed for that. */

/** Of each the first is what there is without a choice. `text` is the size of all letters, in percent. */
export const LOOKS = {
  theme: ["system", "light", "dark"],
  density: ["comfortable", "compact"],
  text: ["100", "88", "113", "125", "150"],
  motion: ["system", "reduced"],
} as const;

export type Looks = { readonly [Name in keyof typeof LOOKS]: (typeof LOOKS)[Name][number] };

export function keyOf(name: keyof Looks): string {
  return `casemate.${name}`;
}

export function storedLooks(): Looks {
  const chosen = Object.entries(LOOKS).map(([name, choices]) => {
    const kept = stored(name as keyof Looks);
    return [name, choices.find((choice) => choice === kept) ?? choices[0]];
  });
  return Object.fromEntries(chosen) as Looks;
}

export function applyLooks({ theme, density, text, motion }: Looks): void {
  const { dataset, style } = document.documentElement;
  dataset.theme = theme === "dark" || (theme === "system" && systemWants.dark().matches) ? "dark" : "light";
  dataset.density = density;
  dataset.motion = motion === "reduced" || systemWants.stillness().matches ? "reduced" : "full";
  // Everything is measured by it, so all of it grows.
  style.fontSize = text === "100" ? "" : `${text}%`;
}

export const systemWants = {
  dark: () => matchMedia("(prefers-color-scheme: dark)"),
  stillness: () => matchMedia("(prefers-reduced-motion: reduce)"),
};

function stored(name: keyof Looks): string | null {
  try {
    return localStorage.getItem(keyOf(name));
  } catch {
    return null; // there is no storage for this page
  }
}
