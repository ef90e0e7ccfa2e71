/** The whole UI; the screens come from `features`. */
export function App() {
  return <main aria-label="Casemate" />;
}
