/** Whether the internal service serves another page than this one: it was updated while this one was open. */
import type { InternalService, Stop } from "../api/InternalService";
import { WritableStore } from "./store";
import { holdsUnkept } from "./unkept";

const old = new WritableStore(false);

export const oldPage = { get: old.get, subscribe: old.subscribe };

/** For a page that another has to take the place of; where something would be lost with it, a person decides when. */
export function giveWay(reload: () => void): void {
  if (holdsUnkept()) old.set(true);
  else reload();
}

/** Looks whenever the service comes back. Nobody who looks at the page loses it, nor anybody who wrote something. */
export function watchServedPage(
  service: InternalService,
  reload = () => {
    location.reload();
  },
): Stop {
  let wasOpen = false;
  let wasLost = false;
  const reloadUnseen = () => {
    if (old.get() && document.visibilityState === "hidden" && !holdsUnkept()) reload();
  };
  const stop = service.onConnection(() => {
    const { state } = service.connection();
    if (state === "lost") wasLost = wasOpen;
    if (state !== "open") return;
    wasOpen = true;
    if (!wasLost) return;
    wasLost = false;
    void isAnotherServed().then((another) => {
      old.set(another);
      reloadUnseen();
    });
  });
  document.addEventListener("visibilitychange", reloadUnseen);
  return () => {
    stop();
    document.removeEventListener("visibilitychange", reloadUnseen);
    old.set(false);
  };
}

/** Scripts have another name when they have other contents. */
async function isAnotherServed(): Promise<boolean> {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    const served = answer.ok
      ? scriptsOf(new DOMParser().parseFromString(await answer.text(), "text/html"))
      : [];
    return served.length > 0 && scriptsOf(document).some((script) => !served.includes(script));
  } catch {
    return false; // it is gone again; the next time it comes back tells
  }
}

function scriptsOf(page: Document): readonly string[] {
  return [...page.querySelectorAll("script[src]")].map((script) => script.getAttribute("src") ?? "");
}
