/** The browsers that may open Casemate on this computer, and the way to send one of them away. */
import { MonitorSmartphone } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import type { BrowserView } from "../../api/generated";
import { Button } from "../../components/Button";
import { useAttempt, useNow, useService } from "../../state/context";
import { sentenceOf } from "../../words/reasons";
import { sinceTime } from "../../words/times";

export function SignedInBrowsers() {
  const service = useService();
  const [browsers, setBrowsers] = useState<readonly BrowserView[] | null>(null);
  const [attempt, run] = useAttempt();
  const shown = useRef<HTMLUListElement>(null);
  const list = async () => {
    setBrowsers((await service.request("ListBrowsers", {})).browsers);
  };
  useEffect(() => {
    void run(list);
    // Once: it is asked again after a change of ours, and nobody else changes it while one looks.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const signOut = (browser: string) => {
    void run(async () => {
      await service.request("SignOutBrowser", { browser });
      await list();
      // The pressed button goes with its row.
      shown.current?.focus();
    });
  };
  return (
    <>
      {browsers === null ? (
        <p role="status" className="py-3 text-13 text-ink-3">
          {attempt.state === "running" ? "Looking…" : "Not known right now."}
        </p>
      ) : (
        <ul ref={shown} tabIndex={-1} aria-label="Browsers" className="divide-y divide-line">
          {browsers.map((browser) => (
            <BrowserRow
              key={browser.id}
              browser={browser}
              busy={attempt.state === "running"}
              onSignOut={() => {
                signOut(browser.id);
              }}
            />
          ))}
          {browsers.length === 0 && <li className="py-3 text-13 text-ink-3">None has a key of its own.</li>}
        </ul>
      )}
      {attempt.state === "refused" && (
        <p role="alert" className="pb-3 text-13 text-red-ink">
          {sentenceOf(attempt.reason, {})}
        </p>
      )}
    </>
  );
}

interface RowProps {
  readonly browser: BrowserView;
  readonly busy: boolean;
  readonly onSignOut: () => void;
}

function BrowserRow({ browser, busy, onSignOut }: RowProps) {
  const now = useNow();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      <MonitorSmartphone size={18} aria-hidden className="shrink-0 text-ink-3" />
      <p className="min-w-0 flex-1 basis-48 text-13 text-ink-2">
        <span className="block text-15 font-medium text-ink">{browser.name}</span>
        {browser.this_one ? "This one. " : `Last used ${sinceTime(browser.last_used_at, now)}. `}
        Signed in {sinceTime(browser.signed_in_at, now)}.
      </p>
      <Button aria-label={`Sign out ${browser.name}`} busy={busy} onClick={onSignOut}>
        Sign out
      </Button>
    </li>
  );
}
