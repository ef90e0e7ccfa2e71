/** The people on the server, a page at a time, as far as the reader has scrolled. */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Cid, DirectoryRow, Reason } from "../../api/generated";
import { Refused } from "../../api/InternalService";
import { CONNECTION_LOST, useService } from "../../state/context";

export interface Directory {
  readonly rows: readonly DirectoryRow[];
  /** How many there are in all; null until the first page is there. */
  readonly total: number | null;
  readonly problem: Reason | null;
  /** Asks for more until the row at this place is there. */
  readonly want: (place: number) => void;
  readonly reload: () => void;
}

interface Loaded {
  readonly rows: readonly DirectoryRow[];
  readonly total: number | null;
  readonly cursor: string | null;
  readonly problem: Reason | null;
}

const NOTHING: Loaded = { rows: [], total: null, cursor: "", problem: null };
/** Small, so that the first rows are there at once; the rest comes in large pages. */
const FIRST_PAGE_ROWS = 100;
const PAGE_ROWS = 1000;
/** Asked for before the reader gets there. */
const AHEAD_ROWS = 200;

/** `reachable`: whether the server is; when it comes back, what failed is asked again by itself. */
export function useDirectory(cid: Cid, query: string, reachable: boolean): Directory {
  const service = useService();
  const [loaded, setLoaded] = useState<Loaded>(NOTHING);
  const [tries, setTries] = useState(0);
  const latest = useRef<Loaded>(NOTHING);
  const search = useRef<{ loading: boolean } | null>(null);

  const loadNext = useCallback(
    async (mine: { loading: boolean }) => {
      const before = latest.current;
      if (mine.loading || before.cursor === null || search.current !== mine) return;
      mine.loading = true;
      let after: Loaded;
      try {
        const limit = before.total === null ? FIRST_PAGE_ROWS : PAGE_ROWS;
        const page = await service.request("ListDirectory", { cid, query, cursor: before.cursor, limit });
        const rows = before.total === null ? page.rows : [...before.rows, ...page.rows];
        after = { rows, total: page.total, cursor: page.next_cursor, problem: null };
      } catch (error) {
        after = { ...before, problem: error instanceof Refused ? error.reason : CONNECTION_LOST };
      }
      mine.loading = false;
      if (search.current !== mine) return; // another search has begun meanwhile
      latest.current = after;
      setLoaded(after);
    },
    [service, cid, query],
  );

  useEffect(() => {
    const mine = { loading: false };
    search.current = mine;
    // What was found before stays on screen until the new answer is there, so that nothing blinks while typing.
    latest.current = NOTHING;
    void loadNext(mine);
    return () => {
      search.current = null;
    };
  }, [loadNext, tries]);

  const want = useCallback(
    (place: number) => {
      const mine = search.current;
      if (mine !== null && place + AHEAD_ROWS > latest.current.rows.length && latest.current.problem === null)
        void loadNext(mine);
    },
    [loadNext],
  );

  useEffect(() => {
    if (reachable && latest.current.problem !== null) setTries((count) => count + 1);
  }, [reachable]);

  const { rows, total, problem } = loaded;
  const reload = useCallback(() => {
    setTries((count) => count + 1);
  }, []);
  return { rows, total, problem, want, reload };
}
