/** A line about what somebody just did in a conversation: that it was done, or why not. */
import type { Reason } from "../api/generated";
import { Refused } from "../api/InternalService";
import { CONNECTION_LOST } from "./context";
import { WritableStore } from "./store";

export type Notice =
  | { readonly kind: "done"; readonly text: string }
  | { readonly kind: "not-done"; readonly text: string }
  | { readonly kind: "refused"; readonly reason: Reason };

export class Notices {
  readonly current = new WritableStore<Notice | null>(null);

  done(text: string): void {
    this.current.set({ kind: "done", text });
  }

  notDone(text: string): void {
    this.current.set({ kind: "not-done", text });
  }

  /** Puts a text on the clipboard, and says how that went. */
  async copy(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.done(done);
    } catch {
      this.notDone("This browser did not copy it. Mark the words and copy them with the keyboard.");
    }
  }

  failed(error: unknown): void {
    this.current.set({ kind: "refused", reason: error instanceof Refused ? error.reason : CONNECTION_LOST });
  }

  read(): void {
    this.current.set(null);
  }
}
