/** What the UI needs of the internal service; fulfilled over a WebSocket, and in tests by a fake. */
import type { CitadelRequests, CitadelResponses } from "./citadel";
import type {
  ANSWERS,
  BrowserKey,
  Cid,
  ExtensionRequests,
  ExtensionResponses,
  FoundAccountFile,
  LocalAccount,
  NotificationsChanged,
  Reason,
  ServiceInfo,
  Snapshot,
  ViewEvent,
  ViewPosition,
} from "./generated";

export type ServiceRequests = Omit<ExtensionRequests, "Hello" | "Subscribe" | "Unsubscribe" | "Ping"> &
  CitadelRequests;
export type Responses = ExtensionResponses & CitadelResponses;
export type RequestName = keyof ServiceRequests;
export type RequestFields<Name extends RequestName> = Omit<ServiceRequests[Name], "request_id">;

/** What a request that succeeds is answered with, by request. */
export type Answers = {
  readonly [Name in RequestName]: Responses[Extract<(typeof ANSWERS)[Name][number], keyof Responses>];
};

/** Account files that the list of this computer's accounts does not name, and why that may be. */
export interface FoundFiles {
  readonly files: readonly FoundAccountFile[];
  readonly listLost: Reason | null;
}

/** How this tab is connected to the internal service. Times are Unix milliseconds. */
export type Connection =
  | { readonly state: "connecting" }
  | {
      readonly state: "open";
      readonly service: ServiceInfo;
      readonly accounts: readonly LocalAccount[];
      readonly found: FoundFiles;
      /** Why little or nothing can be kept on this computer's disk. */
      readonly storage: Reason | null;
    }
  /** `accounts` are those of before, so that an open screen stays as it was. */
  | {
      readonly state: "lost";
      readonly since: number;
      readonly retryAt: number | null;
      readonly service: ServiceInfo | null;
      readonly accounts: readonly LocalAccount[] | null;
    };

/** What following an account brings; `position` is where the view is afterwards. */
export type Update =
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "resumed"; readonly position: ViewPosition; readonly browserKey: BrowserKey }
  | { readonly kind: "events"; readonly position: ViewPosition; readonly events: readonly ViewEvent[] }
  | { readonly kind: "refused"; readonly reason: Reason };

export type Stop = () => void;

export interface InternalService {
  connection(): Connection;
  onConnection(listener: () => void): Stop;
  /** Rejects with `Refused`, or with `ConnectionLost` when it is unknown whether the request arrived. */
  request<Name extends RequestName>(name: Name, fields: RequestFields<Name>): Promise<Answers[Name]>;
  /** Holds the session of `cid` and tells all that happens to it, without a gap, until stopped. */
  follow(cid: Cid, listener: (update: Update) => void): Stop;
  /** What this tab is to show on the desktop, from `ShowNotifications` on. */
  onNotifications(listener: (told: NotificationsChanged) => void): Stop;
  /** Does not wait for the next try to come by itself. */
  retryNow(): void;
}

export class Refused extends Error {
  constructor(readonly reason: Reason) {
    super(reason.code);
  }
}

export class ConnectionLost extends Error {
  constructor() {
    super("The connection to Casemate on this computer broke before it answered");
  }
}
