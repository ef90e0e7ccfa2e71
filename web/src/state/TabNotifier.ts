/** Shows on the desktop what the service decides, in one tab of this browser: the one that has the lock. */
import type { NotificationsChanged, NotificationView } from "../api/generated";
import type { InternalService, Stop } from "../api/InternalService";
import type { Leave } from "./notificationLeave";
import type { Store } from "./store";

export interface ShownNotification {
  readonly close: () => void;
}

/** What a browser lends to a tab that notifies. */
export interface NotifierSurroundings {
  readonly leave: Store<Leave>;
  /** Runs `work` once no other tab has the lock, and holds it until the page goes. */
  readonly whenAlone: (work: () => void) => void;
  /** Throws where a browser does not let pages do so. */
  readonly show: (
    view: NotificationView,
    silent: boolean,
    heard: { readonly clicked: () => void; readonly closed: () => void },
  ) => ShownNotification;
  readonly cannotShow: () => void;
  readonly canChime: () => boolean;
  readonly chime: () => void;
  /** To where it leads, in this tab. */
  readonly open: (view: NotificationView) => void;
}

export class TabNotifier {
  private readonly shown = new Map<string, ShownNotification>();
  private alone = false;
  private waits = false;
  private said: boolean | null = null;

  constructor(
    private readonly service: InternalService,
    private readonly around: NotifierSurroundings,
  ) {}

  start(): Stop {
    const stops = [
      this.around.leave.subscribe(this.review),
      this.service.onConnection(() => {
        if (this.service.connection().state !== "open") this.said = null;
        this.review();
      }),
      this.service.onNotifications((told) => {
        this.take(told);
      }),
    ];
    this.review();
    return () => {
      for (const stop of stops) stop();
      this.closeAll();
    };
  }

  /** Nobody could click what a page leaves behind. */
  closeAll(): void {
    const all = [...this.shown.values()];
    this.shown.clear(); // nobody put them away
    for (const shown of all) shown.close();
  }

  private readonly review = (): void => {
    const allowed = this.around.leave.get() === "allowed";
    if (allowed && !this.waits) {
      this.waits = true;
      this.around.whenAlone(() => {
        this.alone = true;
        this.review();
      });
    }
    const on = allowed && this.alone;
    if (this.service.connection().state !== "open" || on === (this.said ?? false)) return;
    this.said = on;
    this.service.request("ShowNotifications", { on }).catch(() => {
      this.said = null; // said again with the next connection
    });
  };

  private take({ shown, withdrawn }: NotificationsChanged): void {
    for (const key of withdrawn) {
      const gone = this.shown.get(key);
      this.shown.delete(key);
      gone?.close();
    }
    const own = this.around.canChime();
    for (const view of shown) this.put(view, own || !view.sound);
    if (own && shown.some(({ sound }) => sound)) this.around.chime();
  }

  private put(view: NotificationView, silent: boolean): void {
    const isThis = () => this.shown.get(view.key) === made;
    let made: ShownNotification | null = null;
    try {
      made = this.around.show(view, silent, {
        clicked: () => {
          if (isThis()) this.shown.delete(view.key);
          made?.close();
          this.around.open(view);
        },
        closed: () => {
          if (!isThis()) return; // another one took its place, or it was withdrawn
          this.shown.delete(view.key);
          this.service.request("DismissNotification", { key: view.key }).catch(() => undefined);
        },
      });
      this.shown.set(view.key, made);
    } catch {
      this.around.cannotShow();
    }
  }
}
