import { expect, test, vi } from "vitest";

import type { NotificationView } from "../api/generated";
import { FakeInternalService } from "../testing/FakeInternalService";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { watchBadge } from "./notifying";
import type { Leave } from "./notificationLeave";
import { WritableStore } from "./store";
import type { NotifierSurroundings } from "./TabNotifier";
import { TabNotifier } from "./TabNotifier";

/** As a browser has it: one holder, the others wait in line. */
class FakeLock {
  private readonly line: (() => void)[] = [];
  private held = false;

  wait = (work: () => void): void => {
    if (this.held) this.line.push(work);
    else {
      this.held = true;
      work();
    }
  };

  /** The page of the holder goes. */
  release(): void {
    const next = this.line.shift();
    this.held = next !== undefined;
    next?.();
  }
}

class FakeTab {
  readonly service = new FakeInternalService(worldOfThree());
  readonly leave = new WritableStore<Leave>("allowed");
  /** What stands, by key: what it says, and whether it makes no sound of the browser's. */
  readonly standing = new Map<string, { readonly body: string; readonly silent: boolean }>();
  readonly opened: NotificationView[] = [];
  readonly click = new Map<string, () => void>();
  readonly putAway = new Map<string, () => void>();
  chimes = 0;
  heard = true;
  broken = false;
  readonly stop: () => void;

  constructor(lock: FakeLock, leave: Leave = "allowed") {
    this.leave.set(leave);
    const surroundings: NotifierSurroundings = {
      leave: this.leave,
      whenAlone: lock.wait,
      show: (view, silent, { clicked, closed }) => {
        if (this.broken) throw new TypeError("Illegal constructor");
        this.standing.set(view.key, { body: view.body, silent });
        this.click.set(view.key, clicked);
        this.putAway.set(view.key, () => {
          this.standing.delete(view.key);
          closed();
        });
        return {
          close: () => {
            this.standing.delete(view.key);
            closed(); // browsers say so in either case
          },
        };
      },
      cannotShow: () => {
        this.leave.set("unsupported");
      },
      canChime: () => this.heard,
      chime: () => {
        this.chimes += 1;
      },
      open: (view) => {
        this.opened.push(view);
      },
    };
    this.stop = new TabNotifier(this.service, surroundings).start();
  }

  asked(name: string): unknown[] {
    return this.service.asked.filter((asked) => asked.name === name).map(({ fields }) => fields);
  }
}

function view(key: string, body: string, more: Partial<NotificationView> = {}): NotificationView {
  const where = { account: ANN, conversation: "c".repeat(32), message: "d".repeat(32) };
  return { key, ...where, title: "Bob", body, ring: true, sound: true, ...more };
}

test("of two tabs one says that it shows notifications, and the other when that one goes", () => {
  const lock = new FakeLock();
  const [one, two] = [new FakeTab(lock), new FakeTab(lock)];
  expect(one.asked("ShowNotifications")).toEqual([{ on: true }]);
  expect(two.asked("ShowNotifications")).toEqual([]);
  one.stop();
  lock.release();
  expect(two.asked("ShowNotifications")).toEqual([{ on: true }]);
});

test("a tab whose browser gave no leave says nothing until it does, and takes its word back", () => {
  const tab = new FakeTab(new FakeLock(), "ask");
  expect(tab.asked("ShowNotifications")).toEqual([]);
  tab.leave.set("allowed");
  expect(tab.asked("ShowNotifications")).toEqual([{ on: true }]);
  tab.leave.set("refused");
  expect(tab.asked("ShowNotifications")).toEqual([{ on: true }, { on: false }]);
});

test("a service that comes back is told again", () => {
  const tab = new FakeTab(new FakeLock());
  tab.service.lose();
  tab.service.restore();
  expect(tab.asked("ShowNotifications")).toEqual([{ on: true }, { on: true }]);
});

test("what more comes replaces, and what was read elsewhere is withdrawn without a word", () => {
  const tab = new FakeTab(new FakeLock());
  tab.service.notify([view("a", "Hello")]);
  tab.service.notify([view("a", "2 new messages"), view("b", "Hi")]);
  expect([...tab.standing].map(([key, { body }]) => [key, body])).toEqual([
    ["a", "2 new messages"],
    ["b", "Hi"],
  ]);
  tab.service.notify([], ["a", "unknown"]);
  expect([...tab.standing.keys()]).toEqual(["b"]);
  expect(tab.asked("DismissNotification")).toEqual([]);
});

test("a person who puts it away is believed, and a click leads to the message", () => {
  const tab = new FakeTab(new FakeLock());
  tab.service.notify([view("a", "Hello"), view("b", "Hi")]);
  tab.putAway.get("a")?.();
  expect(tab.asked("DismissNotification")).toEqual([{ key: "a" }]);
  tab.click.get("b")?.();
  expect(tab.opened.map(({ key }) => key)).toEqual(["b"]);
  expect(tab.standing.size).toBe(0);
  expect(tab.asked("DismissNotification")).toEqual([{ key: "a" }]);
});

test("one sound for all that comes together, of the page's own where it may be heard", () => {
  const tab = new FakeTab(new FakeLock());
  tab.service.notify([view("a", "Hello"), view("b", "Hi")]);
  expect(tab.chimes).toBe(1);
  expect(tab.standing.get("a")?.silent).toBe(true);
  tab.heard = false;
  tab.service.notify([view("c", "Hello"), view("d", "Quiet", { sound: false })]);
  expect(tab.chimes).toBe(1);
  expect([tab.standing.get("c")?.silent, tab.standing.get("d")?.silent]).toEqual([false, true]);
});

test("where the browser does not let pages show anything, it is not asked to again", () => {
  const tab = new FakeTab(new FakeLock());
  tab.broken = true;
  tab.service.notify([view("a", "Hello")]);
  expect(tab.asked("ShowNotifications")).toEqual([{ on: true }, { on: false }]);
});

test("what stands goes with the page", () => {
  const tab = new FakeTab(new FakeLock());
  tab.service.notify([view("a", "Hello")]);
  tab.stop();
  expect(tab.standing.size).toBe(0);
  expect(tab.asked("DismissNotification")).toEqual([]);
});

test("the badge is what waits in all accounts that are signed in, and goes with the last of it", () => {
  const world = worldOfThree();
  const service = new FakeInternalService(world);
  const browser = {
    setAppBadge: vi.fn(() => Promise.resolve()),
    clearAppBadge: vi.fn(() => Promise.resolve()),
  };
  const stop = watchBadge(service, browser);
  expect(browser.clearAppBadge).toHaveBeenCalledOnce();
  world.send(world.account(BOB), world.account(ANN), "1".repeat(32), "Hi");
  world.accountsChanged();
  expect(browser.setAppBadge).toHaveBeenLastCalledWith(1);
  service.lose();
  service.restore();
  expect(browser.setAppBadge).toHaveBeenCalledOnce();
  world.readAll(world.account(ANN), world.account(BOB), Infinity);
  world.accountsChanged();
  expect(browser.clearAppBadge).toHaveBeenCalledTimes(2);
  stop();
});
