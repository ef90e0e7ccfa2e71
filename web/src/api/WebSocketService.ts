/** The internal service over one WebSocket per tab, which heals itself and resumes without a gap. */
import { backoffMilliseconds } from "./backoff";
import { HELLO, serviceAddress } from "./EarlySocket";
import type { Heart } from "./heartbeat";
import { Heartbeat, onPageWake } from "./heartbeat";
import type {
  Cid,
  HelloAccepted,
  LocalAccountsChanged,
  NotificationsChanged,
  ViewEvent,
  ViewEvents,
  ViewPosition,
} from "./generated";
import type { Snapshot, Resumed } from "./generated";
import { newRequestId } from "./identifiers";
import type {
  Answers,
  Connection,
  InternalService,
  RequestFields,
  RequestName,
  Stop,
  Update,
} from "./InternalService";
import { ConnectionLost } from "./InternalService";
import { beforePaint, JoinedFrames } from "./JoinedFrames";
import { decode, encode, UnreadableFrame } from "./json";
import type { AnyAnswer } from "./pending";
import { PendingRequests } from "./pending";
import { sharing } from "./sharing";

/** The part of the browser's WebSocket that is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
  /** Where it was asked something before anybody listened: the id of the same question, once. */
  takeAsked?(name: string, fields: object): string | null;
}

export interface Surroundings extends Heart {
  open(): Socket;
  random(): number;
  /** Calls `work` once, before the page is painted the next time; at once when nobody sees it. */
  beforePaint(work: () => void): void;
}

interface Following {
  readonly listener: (update: Update) => void;
  position: ViewPosition | null;
  /** Events that come while a subscription is being answered are of the old position, and are asked for again. */
  subscribing: string | null;
  /** Events of frames that are being handled, to be told in one piece. */
  news: ViewEvent[];
}

/** A service that accepts a socket but does not answer is as good as gone. */
const HELLO_MILLISECONDS = 8000;
/** From here on the next failure starts counting anew. */
const STEADY_MILLISECONDS = 5000;

export class WebSocketService implements InternalService {
  private state: Connection = { state: "connecting" };
  private readonly listeners = new Set<() => void>();
  private readonly followed = new Map<Cid, Following>();
  private readonly tellers = new Set<(told: NotificationsChanged) => void>();
  private readonly pending = new PendingRequests();
  private socket: Socket | null = null;
  private helloId = "";
  private failures = 0;
  private openedAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly heartbeat: Heartbeat;
  private readonly forTheScreen: JoinedFrames;

  constructor(private readonly surroundings: Surroundings) {
    this.heartbeat = new Heartbeat(
      surroundings,
      () => {
        this.ask("Ping", {});
      },
      (lastHeard) => {
        const { socket } = this;
        if (socket === null) return;
        this.lose(socket, lastHeard);
        socket.close(); // who hangs does not answer the goodbye either
      },
    );
    this.forTheScreen = new JoinedFrames(
      (work) => {
        surroundings.beforePaint(work);
      },
      (frames) => {
        for (const { name, body } of frames)
          withoutHarm(() => {
            this.dispatch(name, body);
          });
        this.tellEvents();
      },
    );
    this.dial();
  }

  connection(): Connection {
    return this.state;
  }

  onConnection(listener: () => void): Stop {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onNotifications(listener: (told: NotificationsChanged) => void): Stop {
    this.tellers.add(listener);
    return () => this.tellers.delete(listener);
  }

  request<Name extends RequestName>(name: Name, fields: RequestFields<Name>): Promise<Answers[Name]> {
    if (this.state.state !== "open") return Promise.reject(new ConnectionLost());
    return this.pending.add(this.ask(name, fields), name);
  }

  follow(cid: Cid, listener: (update: Update) => void): Stop {
    const following: Following = { listener, position: null, subscribing: null, news: [] };
    this.followed.set(cid, following);
    if (this.state.state === "open") this.subscribe(cid, following);
    return () => {
      if (this.followed.get(cid) !== following) return;
      this.followed.delete(cid);
      if (this.state.state === "open") this.ask("Unsubscribe", { cid });
    };
  }

  retryNow(): void {
    if (this.socket === null) this.dial();
  }

  private dial(): void {
    clearTimeout(this.timer);
    const socket = this.surroundings.open();
    this.socket = socket;
    if (this.state.state === "lost") this.become({ ...this.state, retryAt: null });
    this.timer = setTimeout(() => {
      socket.close();
      this.lose(socket);
    }, HELLO_MILLISECONDS);
    socket.onopen = () => {
      this.helloId = this.ask(HELLO.name, HELLO.fields);
    };
    socket.onmessage = ({ data }) => {
      if (this.socket === socket && typeof data === "string") this.receive(data);
    };
    socket.onclose = () => {
      this.lose(socket);
    };
  }

  /** `since`: when they were heard last, where that is known. */
  private lose(socket: Socket, since?: number): void {
    if (this.socket !== socket) return;
    this.forTheScreen.flush(); // what was said before is true
    this.socket = null;
    clearTimeout(this.timer);
    this.heartbeat.stop();
    const now = this.surroundings.now();
    const before = this.state;
    if (before.state === "open" && now - this.openedAt > STEADY_MILLISECONDS) this.failures = 0;
    const wait = backoffMilliseconds(this.failures++, () => this.surroundings.random());
    this.become({
      state: "lost",
      since: before.state === "lost" ? before.since : (since ?? now),
      retryAt: now + wait,
      service: before.state === "connecting" ? null : before.service,
      accounts: before.state === "connecting" ? null : before.accounts,
    });
    this.pending.loseAll();
    for (const following of this.followed.values()) following.subscribing = null;
    this.timer = setTimeout(() => {
      this.dial();
    }, wait);
  }

  private receive(text: string): void {
    this.heartbeat.hear();
    let frame: unknown;
    try {
      frame = decode(text);
    } catch (error) {
      if (!(error instanceof UnreadableFrame)) throw error;
      console.warn(error.message); // one bad frame must not cost the connection
      return;
    }
    const response = (frame as { Response?: Record<string, unknown> } | null)?.Response;
    for (const [name, body] of Object.entries(response ?? {})) {
      if (this.forTheScreen.add(name, body)) continue;
      this.forTheScreen.flush(); // nothing overtakes what came before it
      this.dispatch(name, body);
    }
  }

  private dispatch(name: string, body: unknown): void {
    switch (name) {
      case "HelloAccepted":
        this.accepted(body as HelloAccepted);
        return;
      case "LocalAccountsChanged":
        this.listed(body as LocalAccountsChanged);
        return;
      case "Snapshot":
      case "Resumed":
      case "RequestRefused":
        if (this.subscriptionAnswered(name, body as Snapshot & Resumed & AnyAnswer)) return;
        break;
      case "ViewEvents":
        this.eventsArrived(body as ViewEvents);
        return;
      case "NotificationsChanged":
        for (const listener of [...this.tellers]) listener(body as NotificationsChanged);
        return;
    }
    this.pending.settle(name, body as AnyAnswer);
  }

  private accepted(hello: HelloAccepted): void {
    if (hello.request_id !== this.helloId) return;
    clearTimeout(this.timer);
    this.openedAt = this.surroundings.now();
    this.heartbeat.start();
    const found = { files: hello.found, listLost: hello.list_lost };
    const { service, accounts, storage } = hello;
    this.become({ state: "open", service, accounts, found, storage });
    for (const [cid, following] of this.followed) this.subscribe(cid, following);
  }

  private listed({ accounts, found, list_lost, storage }: LocalAccountsChanged): void {
    if (this.state.state !== "open") return;
    const now = { ...this.state, accounts, found: { files: found, listLost: list_lost }, storage };
    this.become(sharing(this.state, now));
  }

  private subscribe(cid: Cid, following: Following): void {
    following.subscribing = this.ask("Subscribe", { cid, after: following.position });
  }

  private subscriptionAnswered(name: string, answer: Snapshot & Resumed & AnyAnswer): boolean {
    for (const following of this.followed.values()) {
      if (following.subscribing === null || following.subscribing !== answer.request_id) continue;
      following.subscribing = null;
      if (name === "RequestRefused") {
        following.listener({
          kind: "refused",
          reason: answer.reason ?? { code: "internal", params: {}, acts: "retry" },
        });
        return true;
      }
      // Resumed names the place from which the events follow; a snapshot is a place of its own.
      if (name === "Snapshot") following.position = answer.position;
      following.listener(
        name === "Snapshot"
          ? { kind: "snapshot", snapshot: answer }
          : {
              kind: "resumed",
              position: following.position ?? answer.position,
              browserKey: answer.browser_key,
            },
      );
      return true;
    }
    return false;
  }

  private eventsArrived({ cid, first_sequence, position, events }: ViewEvents): void {
    const following = this.followed.get(cid);
    const known = following?.position;
    if (following === undefined || known === undefined || known === null || following.subscribing !== null)
      return;
    if (position.epoch !== known.epoch || first_sequence > known.sequence + 1) {
      this.subscribe(cid, following); // something is missing: ask again from where we are
      return;
    }
    const news = events.slice(known.sequence + 1 - first_sequence);
    if (news.length === 0) return;
    following.position = position;
    following.news.push(...news);
  }

  private tellEvents(): void {
    for (const following of this.followed.values()) {
      const { news: events, position } = following;
      if (events.length === 0 || position === null) continue;
      following.news = [];
      withoutHarm(() => {
        following.listener({ kind: "events", position, events });
      });
    }
  }

  /** Answers the id of the request, which may have been sent before this code was there. */
  private ask(name: string, fields: object): string {
    const early = this.socket?.takeAsked?.(name, fields) ?? null;
    if (early !== null) return early;
    const requestId = newRequestId();
    this.socket?.send(encode({ Request: { [name]: { ...fields, request_id: requestId } } }));
    return requestId;
  }

  private become(state: Connection): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }
}

/** A fault in handling one thing is reported as any other, and does not take along what came with it. */
function withoutHarm(work: () => void): void {
  try {
    work();
  } catch (error) {
    reportError(error);
  }
}

/** The service that served this page; `first` is a socket to it that is open already, or opening. */
export function browserSurroundings(first: Socket | null): Surroundings {
  let early = first;
  return {
    open: () => {
      const socket = early ?? (new WebSocket(serviceAddress()) as unknown as Socket);
      early = null;
      return socket;
    },
    now: () => Date.now(),
    onWake: onPageWake,
    random: () => Math.random(),
    beforePaint,
  };
}
