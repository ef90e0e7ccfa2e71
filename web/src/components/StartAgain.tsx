/** What to do about an internal service that is gone. */
export function StartAgain() {
  return (
    <>
      If it is not running, start it with <code className="font-mono text-13">casemate up</code> in a
      terminal. If it runs, <code className="font-mono text-13">casemate open</code> opens a fresh page.
    </>
  );
}
