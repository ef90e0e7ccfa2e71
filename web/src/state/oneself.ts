/** The other one of one's notes to oneself: drawn where people are, and no person of any list but that of conversations. */
import type { AccountView, PeerView } from "../api/generated";

export const NOTES = "Notes to yourself";

const known = new WeakMap<AccountView, PeerView>();
const ones = new WeakSet();

export function oneself(account: AccountView): PeerView {
  const before = known.get(account);
  if (before !== undefined) return before;
  const peer: PeerView = {
    cid: account.cid,
    account_id: account.account_id,
    conversation: account.notes,
    username: account.username,
    full_name: NOTES,
    relation: "registered",
    relation_since: 0,
    connection: "connected",
    blocked: false,
    online: null,
    online_since: null,
    path: null,
    verified: false,
    identity_changed: false,
    names_signed: true,
    looks: { drawn: NOTES, unseen: false },
    namesake: null,
    met: "",
    awaited: false,
    introduction: "",
    picture: account.picture,
    status: null,
    nickname: "",
    nickname_drawn: "",
    note: "",
    declined_at: null,
  };
  known.set(account, peer);
  ones.add(peer);
  return peer;
}

export function isOneself(peer: object): boolean {
  return ones.has(peer);
}
