/** The names that need a username beside them, among everybody this account knows and itself. */
import { useMemo } from "react";

import { useWorkspace } from "../state/context";
import { ambiguousNames } from "./names";

export function useAmbiguousNames(): ReadonlySet<string> {
  const peers = useWorkspace((workspace) => workspace.peers);
  const account = useWorkspace((workspace) => workspace.account);
  return useMemo(() => ambiguousNames([account, ...peers.values()]), [account, peers]);
}
