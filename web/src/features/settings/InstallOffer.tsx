/** Casemate in a window of its own, where the browser offers that. */
import { Download } from "lucide-react";
import { useSyncExternalStore } from "react";

import { Button } from "../../components/Button";
import { install, installOffer } from "../../state/installing";

export function InstallOffer() {
  const offer = useSyncExternalStore(installOffer.subscribe, installOffer.get);
  if (offer === null) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-15 font-medium">A window of its own</p>
        <p className="text-13 text-ink-2">
          The browser can install Casemate as an app, with an icon of its own.
          {"setAppBadge" in navigator && " While Casemate is open, the icon shows how much waits."}
        </p>
      </div>
      <Button
        icon={<Download size={16} aria-hidden />}
        onClick={({ currentTarget }) => {
          // The offer goes once it was made, and the focus would go with it.
          const title = currentTarget.closest("[data-part]")?.querySelector("h2");
          void install().then(() => title?.focus({ preventScroll: true }));
        }}
      >
        Install
      </Button>
    </div>
  );
}
