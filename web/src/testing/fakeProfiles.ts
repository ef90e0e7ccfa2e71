/** Pictures, statuses and what is kept of others, as the internal service does it, well enough for screens. */
import type { PeerView, StatusView } from "../api/generated";
import type { FakeAccount } from "./FakeAccount";
import { fakeLooks } from "./fakeLooks";
import type { FakeWorld } from "./FakeWorld";

/** Of somebody of whom nothing is known but their names. */
export const NO_PROFILE = {
  picture: "",
  status: null,
  nickname: "",
  nickname_drawn: "",
  note: "",
  declined_at: null,
} as const satisfies Partial<PeerView>;

/** Drawn by browsers; the real service takes JPEGs alone. */
const pictures = new Map<string, string>();

export function shareProfile(
  world: FakeWorld,
  account: FakeAccount,
  shared: { readonly picture?: string; readonly status?: StatusView | null },
): void {
  if (shared.picture !== undefined) {
    account.picture = shared.picture === "" ? "" : pictures.size.toString(16).padStart(64, "0");
    if (shared.picture !== "") pictures.set(account.picture, shared.picture);
  }
  if (shared.status !== undefined) account.status = shared.status;
  account.changeAccount();
  const { picture, status } = account;
  for (const other of world.accounts.values()) {
    const peer = other.peers.get(account.cid);
    if (peer?.relation === "registered" && !(account.peers.get(other.cid)?.blocked ?? false))
      other.changePeer({ ...peer, picture, status });
  }
}

export function profileRequests(world: () => FakeWorld) {
  return {
    GetPicture: ({ cid, peer }: { cid: bigint; peer: bigint }) => {
      const me = world().account(cid);
      const named = peer === cid ? me.picture : (me.peers.get(peer)?.picture ?? "");
      return { cid, request_id: null, picture: pictures.get(named) ?? "" };
    },
    SetPicture: ({ cid, picture }: { cid: bigint; picture: string }) => {
      shareProfile(world(), world().account(cid), { picture });
      return { cid, request_id: null };
    },
    SetStatus: ({ cid, text, until = null }: { cid: bigint; text: string; until?: number | null }) => {
      const status = text === "" ? null : { text, set_at: world().now(), until };
      shareProfile(world(), world().account(cid), { status });
      return { cid, request_id: null };
    },
    SetRemark: (remark: { cid: bigint; peer: bigint; nickname?: string | null; note?: string | null }) => {
      const me = world().account(remark.cid);
      const peer = me.peers.get(remark.peer);
      if (peer !== undefined) {
        const nickname = remark.nickname?.trim() ?? peer.nickname;
        const nickname_drawn = nickname === "" ? "" : fakeLooks(nickname, "").drawn;
        me.changePeer({ ...peer, nickname, nickname_drawn, note: remark.note?.trim() ?? peer.note });
      }
      return { cid: remark.cid, request_id: null };
    },
  };
}
