/** How components reach the service of this tab and the account it shows. */
import { createContext, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import type { Connection, InternalService } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import type { Reason } from "../api/generated";
import type { Sessions } from "./sessions";
import type { AccountSession } from "./AccountSession";
import type { SessionState } from "./sessionState";
import type { PendingTexts } from "./pendingTexts";
import { useSelect } from "./store";
import type { Workspace } from "./workspace";
import { useTimeZone } from "./timeZone";
import { withUnknownPresence } from "./unknownPresence";

export const ServiceContext = createContext<InternalService | null>(null);
export const SessionsContext = createContext<Sessions | null>(null);
export const SessionContext = createContext<AccountSession | null>(null);

export function useService(): InternalService {
  const service = useContext(ServiceContext);
  if (service === null) throw new Error("outside of a ServiceContext");
  return service;
}

export function useConnection(): Connection {
  const service = useService();
  const subscribe = useMemo(() => (listener: () => void) => service.onConnection(listener), [service]);
  return useSyncExternalStore(subscribe, () => service.connection());
}

export function useSessions(): Sessions {
  const sessions = useContext(SessionsContext);
  if (sessions === null) throw new Error("outside of a SessionsContext");
  return sessions;
}

export function useSession(): AccountSession {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("outside of a SessionContext");
  return session;
}

export function useSessionState<Selected>(select: (state: SessionState) => Selected): Selected {
  return useSelect(useSession().store, select);
}

/** Texts on their way into the service. */
export function usePendingTexts<Selected>(select: (texts: PendingTexts) => Selected): Selected {
  return useSelect(useSession().outgoing.handover.texts, select);
}

/** For everything below the point where the first snapshot is known to be there. */
export function useWorkspace<Selected>(select: (workspace: Workspace) => Selected): Selected {
  return useSessionState(({ workspace, live }) => {
    if (workspace === null) throw new Error("no snapshot yet");
    return select(live ? workspace : withUnknownPresence(workspace));
  });
}

/** The current time, told again every `everyMilliseconds`. */
export function useNow(everyMilliseconds = 30_000): number {
  useTimeZone(); // what is said of the present is said anew in another zone
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, everyMilliseconds);
    return () => {
      clearInterval(timer);
    };
  }, [everyMilliseconds]);
  return now;
}

export type Attempt =
  | { readonly state: "idle" }
  | { readonly state: "running"; readonly since: number }
  | { readonly state: "refused"; readonly reason: Reason };

/** Made by this page: nobody answered. */
export const CONNECTION_LOST: Reason = { code: "connection_lost", params: {}, acts: "retry" };

/** Longer than a restart of the service takes; from then on a person is told, who may try again. */
const WAIT_FOR_SERVICE_MILLISECONDS = 5000;

interface Waiting {
  /** False for what cannot be taken back: it is done while the person looks, or not at all. */
  readonly waits: boolean;
}

/**
 * One request at a time, with its clock and its refusal. While the service restarts, it waits for it; who leaves meanwhile
 * (what asked is gone, or was reset) did not want it any more, and nothing is asked.
 */
export function useAttempt(
  { waits }: Waiting = { waits: true },
): readonly [Attempt, (work: () => Promise<unknown>) => Promise<boolean>, () => void] {
  const service = useService();
  const [attempt, setAttempt] = useState<Attempt>({ state: "idle" });
  const left = useRef(0);
  useEffect(
    () => () => {
      left.current += 1;
    },
    [],
  );
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    const since = left.current;
    setAttempt({ state: "running", since: Date.now() });
    try {
      if (waits && service.connection().state !== "open") {
        await opened(service, WAIT_FOR_SERVICE_MILLISECONDS);
        if (left.current !== since) return false;
      }
      await work();
      setAttempt({ state: "idle" });
      return true;
    } catch (error) {
      setAttempt({ state: "refused", reason: error instanceof Refused ? error.reason : CONNECTION_LOST });
      return false;
    }
  };
  const reset = (): void => {
    left.current += 1;
    setAttempt({ state: "idle" });
  };
  return [attempt, run, reset];
}

/** Resolves once the service is connected, or after `milliseconds` without. */
function opened(service: InternalService, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const stop = service.onConnection(() => {
      if (service.connection().state === "open") done();
    });
  });
}
