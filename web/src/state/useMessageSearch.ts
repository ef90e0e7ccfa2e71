/** Messages that are looked for: a page of them, and more as far as somebody goes on. */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Cid, FoundMessageView, Reason } from "../api/generated";
import type { InternalService, RequestFields } from "../api/InternalService";
import { Refused } from "../api/InternalService";
import { CONNECTION_LOST, useService, useSession } from "./context";

export type WantedMessages = Omit<RequestFields<"SearchMessages">, "cid" | "cursor">;

export interface MessageSearch {
  readonly messages: readonly FoundMessageView[];
  /** Whether somebody still looks. */
  readonly looking: boolean;
  readonly problem: Reason | null;
  readonly more: (() => void) | null;
  readonly again: () => void;
}

interface Looked {
  /** To what these are the answers. */
  readonly key: string;
  readonly messages: readonly FoundMessageView[];
  readonly cursor: string | null;
  readonly problem: Reason | null;
}

const NOTHING: Looked = { key: "", messages: [], cursor: null, problem: null };
/** So long nobody types: a look for each letter would be in the way of the next one. */
const PAUSE_MILLISECONDS = 120;
const PAGE = 30;

/** `null`: nobody looks for anything. What was found before stays until the answer is there, so that nothing blinks. */
export function useMessageSearch(wanted: WantedMessages | null, most = PAGE): MessageSearch {
  const service = useService();
  const { cid } = useSession();
  const [looked, setLooked] = useState(NOTHING);
  const [tries, setTries] = useState(0);
  const [asking, setAsking] = useState(false);
  const key = wanted === null ? "" : `${tries.toString()} ${JSON.stringify(wanted)}`;
  const latest = useRef({ key, wanted });
  useEffect(() => {
    latest.current = { key, wanted };
  });

  const look = useCallback(
    async (from: Looked, enough: number) => {
      const asked = latest.current.wanted;
      const isStale = () => latest.current.key !== from.key;
      if (asked === null) return;
      setAsking(true);
      const after = await goOn(service, cid, asked, from, enough, isStale);
      if (isStale()) return;
      setLooked(after);
      setAsking(false);
    },
    [service, cid],
  );

  useEffect(() => {
    if (key === "") return;
    const timer = setTimeout(() => {
      void look({ ...NOTHING, key }, most);
    }, PAUSE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
    };
  }, [key, look, most]);

  const answered = looked.key === key;
  const { messages, cursor, problem } = key === "" ? NOTHING : looked;
  const canGoOn = answered && !asking && cursor !== null && problem === null;
  const more = useCallback(() => {
    void look(looked, looked.messages.length + PAGE);
  }, [look, looked]);
  const again = useCallback(() => {
    setTries((count) => count + 1);
  }, []);
  return {
    messages,
    looking: key !== "" && (!answered || asking),
    problem: answered ? problem : null,
    more: canGoOn ? more : null,
    again,
  };
}

/** Asks on until there are enough: an answer may be empty although there is more to look at. */
async function goOn(
  service: InternalService,
  cid: Cid,
  wanted: WantedMessages,
  from: Looked,
  enough: number,
  isStale: () => boolean,
): Promise<Looked> {
  const found = new Map(from.messages.map((message) => [`${message.conversation} ${message.id}`, message]));
  let { cursor } = from;
  try {
    do {
      const page = await service.request("SearchMessages", { cid, ...wanted, cursor });
      for (const message of page.messages) found.set(`${message.conversation} ${message.id}`, message);
      cursor = page.cursor;
    } while (cursor !== null && found.size < enough && !isStale());
    return { ...from, messages: [...found.values()], cursor, problem: null };
  } catch (error) {
    const problem = error instanceof Refused ? error.reason : CONNECTION_LOST;
    return { ...from, messages: [...found.values()], cursor, problem };
  }
}
