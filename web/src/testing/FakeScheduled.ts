/** Messages of a fake account that are to be sent later. */
import type { ScheduledView } from "../api/generated";
import { Refused } from "../api/InternalService";
import type { FakeAccount } from "./FakeAccount";

export class FakeScheduled {
  private readonly waiting = new Map<string, ScheduledView>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly account: FakeAccount) {}

  all(): ScheduledView[] {
    return [...this.waiting.values()].sort((one, other) => one.due_at - other.due_at);
  }

  put(scheduled: ScheduledView, send: (scheduled: ScheduledView) => void): ScheduledView {
    const { id, due_at } = scheduled;
    this.forget(id);
    this.waiting.set(id, scheduled);
    this.account.emit({ type: "ScheduledChanged", scheduled });
    const due = () => {
      this.remove(id);
      send(scheduled);
    };
    this.timers.set(id, setTimeout(due, Math.min(2 ** 31 - 1, Math.max(0, due_at - Date.now()))));
    return scheduled;
  }

  get(id: string): ScheduledView {
    const scheduled = this.waiting.get(id);
    if (scheduled === undefined) throw new Refused({ code: "already_sent", params: {}, acts: "user" });
    return scheduled;
  }

  remove(id: string): void {
    this.get(id);
    this.forget(id);
    this.account.emit({ type: "ScheduledRemoved", id });
  }

  private forget(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.waiting.delete(id);
  }
}
