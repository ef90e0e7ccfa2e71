/** A WebSocket of the client API without a network: what was sent on it, and what the service says. */
import { decode, encode } from "../api/json";
import type { Socket } from "../api/WebSocketService";

type Sent = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Sent[] = [];

  send(text: string): void {
    this.sent.push((decode(text) as { Request: Sent }).Request);
  }

  close(): void {
    this.onclose?.();
  }

  respond(name: string, fields: object): void {
    this.onmessage?.({ data: encode({ Response: { [name]: fields } }) });
  }

  /** The request id of the latest request of this name. */
  idOf(name: string): string {
    return String(this.sent.findLast((request) => name in request)?.[name]?.request_id);
  }

  accept(): void {
    this.onopen?.();
    const service = {
      version: "1",
      default_server: null,
      start_command: "up",
      open_command: "open",
      install_line: "",
      update_command: "",
    };
    this.respond("HelloAccepted", { cid: 0n, request_id: this.idOf("Hello"), service, accounts: [] });
  }
}
