/** What somebody has before their eyes in this tab; the service tells nothing of it. */
import type { Cid } from "../api/generated";
import type { InternalService, Stop } from "../api/InternalService";
import { routes } from "./route";

/** Somebody could have read it: the page is on a screen, and it is the one that has the keyboard. */
export function isAttended(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

const NOBODY: Cid = 0n;

/** Tells the service whenever that changes, and anew when it comes back: it forgets with the connection. */
export function watchAttention(service: InternalService): Stop {
  let told = "";
  const look = () => {
    if (service.connection().state !== "open") {
      told = "";
      return;
    }
    const [cid, conversation] = before();
    const now = `${cid.toString()} ${conversation ?? ""}`;
    if (now === told) return;
    told = now;
    service.request("LookAt", { cid, conversation }).catch(() => {
      told = ""; // with the next change
    });
  };
  const stops = [routes.subscribe(look), service.onConnection(look)];
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  window.addEventListener("blur", look);
  look();
  return () => {
    for (const stop of stops) stop();
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("focus", look);
    window.removeEventListener("blur", look);
  };
}

function before(): readonly [Cid, string | null] {
  const route = routes.get();
  if (route.screen !== "workspace" || !isAttended()) return [NOBODY, null];
  return [route.cid, route.place.kind === "conversation" ? route.place.conversation : null];
}
