/** An account of which nobody tells any more: what was known of who is there, and how they are reached, may be over. */
import type { Workspace } from "./workspace";

const unknown = new WeakMap<Workspace, Workspace>();

/** The same, without claiming to know who is there and how they are reached: for while nobody tells us. */
export function withUnknownPresence(workspace: Workspace): Workspace {
  const known = unknown.get(workspace);
  if (known !== undefined) return known;
  const peers = new Map(
    [...workspace.peers].map(([cid, peer]) => [cid, { ...peer, online: null, path: null }]),
  );
  const link = { ...workspace.account.link, state: "connecting" as const };
  const result = { ...workspace, peers, typing: new Set<never>(), account: { ...workspace.account, link } };
  unknown.set(workspace, result);
  return result;
}
