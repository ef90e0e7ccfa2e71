/** The first socket of a page, opened before the code that listens to it is there. */
import { newRequestId } from "./identifiers";
import type { Socket } from "./WebSocketService";

/** Of requests whose fields are no deeper than this. */
export type FlatFields = Readonly<Record<string, bigint | number | string>>;

export interface Question {
  readonly name: string;
  readonly fields: FlatFields;
}

interface Asked extends Question {
  readonly requestId: string;
}

/** How this page introduces itself; the first thing on any socket. */
export const HELLO: Question = { name: "Hello", fields: { client: "casemate-web" } };

export class EarlySocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  private asked: readonly Asked[];
  private readonly happened: (() => void)[] = [];
  private isListenedTo = false;

  /** `questions` are asked as soon as it is open. */
  constructor(
    private readonly socket: Socket,
    questions: readonly Question[],
  ) {
    this.asked = questions.map((question) => ({ ...question, requestId: newRequestId() }));
    socket.onopen = () => {
      for (const asked of this.asked) socket.send(textOf(asked));
      this.tell(() => this.onopen?.());
    };
    socket.onmessage = (event) => {
      this.tell(() => this.onmessage?.(event));
    };
    socket.onclose = () => {
      this.tell(() => this.onclose?.());
    };
  }

  /** The id under which the same was asked already; each is taken once. */
  takeAsked(name: string, fields: object): string | null {
    const found = this.asked.find((asked) => asked.name === name && sameFields(asked.fields, fields));
    if (found === undefined) return null;
    this.asked = this.asked.filter((asked) => asked !== found);
    return found.requestId;
  }

  /** Somebody listens from now on. What has come is told first, each by itself, as a socket would have told it. */
  async listen(): Promise<void> {
    for (let next = this.happened.shift(); next !== undefined; next = this.happened.shift()) {
      try {
        next();
      } catch (error) {
        reportError(error); // as of any other listener; what came behind it is told all the same
      }
      await nextTask(); // whoever waits for a promise that this has settled comes before the next
    }
    this.isListenedTo = true;
  }

  send(text: string): void {
    this.socket.send(text);
  }

  close(): void {
    this.socket.close();
  }

  private tell(what: () => void): void {
    if (this.isListenedTo) what();
    else this.happened.push(what);
  }
}

/** The address of the service that served this page. */
export function serviceAddress(): URL {
  const address = new URL("/", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

/** JSON, with each cid as the exact number that it is; what does that for any frame comes with the rest of the page. */
function textOf({ name, fields, requestId }: Asked): string {
  const members = Object.entries<bigint | number | string>({ request_id: requestId, ...fields }).map(
    ([field, value]) => `"${field}":${typeof value === "bigint" ? value.toString() : JSON.stringify(value)}`,
  );
  return `{"Request":{"${name}":{${members.join(",")}}}}`;
}

function sameFields(asked: FlatFields, fields: object): boolean {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return (
    given.length === Object.keys(asked).length && given.every(([field, value]) => asked[field] === value)
  );
}

function nextTask(): Promise<void> {
  return new Promise((done) => {
    setTimeout(done);
  });
}
