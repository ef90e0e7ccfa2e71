/** Puts together what tells a person who looks at something else: notifications, attention, and the badge of the app. */
import type { NotificationView } from "../api/generated";
import type { InternalService, Stop } from "../api/InternalService";
import type { Place } from "./address";
import { watchAttention } from "./attention";
import { canChime, chime } from "./chime";
import { cannotShow, lookAgain, notificationLeave } from "./notificationLeave";
import { navigate } from "./route";
import type { NotifierSurroundings } from "./TabNotifier";
import { TabNotifier } from "./TabNotifier";

const LOCK = "casemate.notifier";

export function watchNotifications(service: InternalService, icon: string): Stop {
  const notifier = new TabNotifier(service, browserNotifier(icon));
  const leaving = () => {
    notifier.closeAll();
  };
  window.addEventListener("pagehide", leaving);
  window.addEventListener("focus", lookAgain);
  const stops = [notifier.start(), watchAttention(service), watchBadge(service)];
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener("pagehide", leaving);
    window.removeEventListener("focus", lookAgain);
  };
}

function browserNotifier(icon: string): NotifierSurroundings {
  return {
    leave: notificationLeave,
    whenAlone,
    show: (view, silent, heard) => {
      // What only replaces another one is as quiet as it was.
      const options = { body: view.body, tag: view.key, renotify: view.ring, silent, icon };
      const shown = new Notification(view.title, options);
      shown.onclick = () => {
        window.focus();
        heard.clicked();
      };
      shown.onclose = heard.closed;
      return shown;
    },
    cannotShow,
    canChime,
    chime,
    open: ({ account, conversation, message }) => {
      navigate({ screen: "workspace", cid: account, place: placeOf(conversation, message) });
    },
  };
}

/** Without locks each tab shows what it is told; the service tells one of them anyhow. */
export function whenAlone(work: () => void): void {
  if (!("locks" in navigator)) {
    work();
    return;
  }
  const untilThePageGoes = new Promise<void>(() => undefined);
  navigator.locks
    .request(LOCK, () => {
      work();
      return untilThePageGoes;
    })
    .catch(() => undefined);
}

function placeOf(
  conversation: NotificationView["conversation"],
  message: NotificationView["message"],
): Place {
  if (conversation === null) return { kind: "home" };
  return message === null
    ? { kind: "conversation", conversation }
    : { kind: "conversation", conversation, message };
}

interface HasBadge {
  readonly setAppBadge?: (count: number) => Promise<void>;
  readonly clearAppBadge?: () => Promise<void>;
}

/** On the icon of the installed page: what waits in all accounts of this computer, as the service counts it. */
export function watchBadge(service: InternalService, browser: HasBadge = navigator): Stop {
  let shown = -1;
  const count = () => {
    const connection = service.connection();
    if (connection.state !== "open") return; // what is known may be over
    const waiting = connection.accounts
      .filter(({ state }) => state !== "signed_out")
      .reduce((sum, account) => sum + account.waiting, 0);
    if (waiting === shown) return;
    shown = waiting;
    const told = waiting > 0 ? browser.setAppBadge?.(waiting) : browser.clearAppBadge?.();
    told?.catch(() => undefined); // only pages that are installed have one
  };
  const stop = service.onConnection(count);
  count();
  return stop;
}
