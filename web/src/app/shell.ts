/** The page's own files are kept by the browser, for a reload while the internal service is gone. */
import type { InternalService } from "../api/InternalService";
import { giveWay } from "../state/oldPage";

const WORKER = "/shell-worker.js";

export function keepShell(service: InternalService): void {
  // Only pages that count as secure have workers.
  if (!("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;
  const registered = workers.register(WORKER).catch(() => null); // the page works without it
  returnToTheServedPage(service, workers, registered);
}

/** A page that was shown from what is kept may be of an older build than the service that comes back. */
function returnToTheServedPage(
  service: InternalService,
  workers: ServiceWorkerContainer,
  registered: Promise<ServiceWorkerRegistration | null>,
): void {
  let wasKept = false;
  const stop = service.onConnection(() => {
    const { state } = service.connection();
    if (state === "lost") wasKept = true;
    if (state !== "open") return;
    stop();
    if (wasKept) void registered.then((registration) => registration?.update()).catch(() => undefined);
  });
  workers.addEventListener("controllerchange", () => {
    if (wasKept)
      giveWay(() => {
        location.reload();
      });
  });
}
