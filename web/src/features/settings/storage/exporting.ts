/** Reads a conversation from its beginning, a page at a time. */
import type { MessageOrder, MessageView } from "../../../api/generated";
import type { InternalService } from "../../../api/InternalService";
import type { ExportWriter } from "./exported";

const PAGE_MESSAGES = 200;
const BEGINNING: MessageOrder = [0, "00".repeat(16), "00".repeat(16)];

interface Progress {
  readonly messages: number;
  /** When the last of them was written (Unix milliseconds); null: there is none. */
  readonly upTo: number | null;
}

/** What was read stays: after a failure, `run` goes on where it was. */
export class Export {
  private last: MessageView | null = null;
  private messages = 0;

  constructor(
    private readonly service: InternalService,
    private readonly cid: bigint,
    private readonly conversation: string,
    private readonly writer: ExportWriter,
  ) {}

  /** The file. Rejects as requests do, and when `signal` is told to stop. */
  async run(signal: AbortSignal, told: (progress: Progress) => void): Promise<Blob> {
    for (;;) {
      signal.throwIfAborted();
      const { messages, has_after } = await this.service.request("GetTimeline", {
        cid: this.cid,
        conversation: this.conversation,
        after: this.last?.order ?? BEGINNING,
        limit: PAGE_MESSAGES,
      });
      signal.throwIfAborted();
      this.writer.add(messages);
      this.last = messages.at(-1) ?? this.last;
      this.messages += messages.length;
      told({ messages: this.messages, upTo: this.last?.shown_at ?? null });
      if (!has_after || messages.length === 0) return this.writer.finish();
    }
  }
}

/** Hands the file to the browser, which keeps it where it keeps downloads. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has read it long before; without that it would stay in memory as long as the page.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}
