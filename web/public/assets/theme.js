// Runs before the first paint, so that no theme flashes by; the same choice as src/state/theme.ts makes later.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("casemate.theme");
  } catch {
    // Without storage the system's theme is used.
  }
  const dark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
