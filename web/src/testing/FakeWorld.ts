/** A server with people on it and one computer with an internal service, all in memory and under a test's control. */
import type {
  AutostartTold,
  BrowserView,
  Cid,
  DesktopTold,
  LinkPreviewView,
  LinkView,
  MessageView,
  PathView,
  PeerView,
  ReachView,
  Reason,
} from "../api/generated";
import type { FoundFiles } from "../api/InternalService";
import { conversationId, otherIn } from "./conversationId";
import type { Person } from "./FakeAccount";
import { FakeAccount } from "./FakeAccount";
import { FakeChanges, UNCHANGED } from "./FakeChanges";
import { FakeInvites } from "./FakeInvites";
import { mailboxPath, measuredPath, ownConnection } from "./fakePaths";
import { fakeLooks } from "./fakeLooks";
import { NO_PROFILE } from "./fakeProfiles";

export const ONLY_HERE: ReachView = {
  reach: "this-computer",
  registration: "invite",
  open_to_this_computer: true,
  addresses: [],
  ports: ["TCP 12349", "TCP 12350", "UDP 12350", "UDP 12351"],
  failed: false,
};
export const SERVER = "127.0.0.1:12349";

export class FakeWorld {
  readonly accounts = new Map<Cid, FakeAccount>();
  readonly accountListeners = new Set<() => void>();
  /** People who are only ever rows of the directory. */
  /** What the service hands out with an invitation. */
  installLine = "";
  /** Whether this computer shows notifications of programs. */
  desktop: DesktopTold["state"] = "works";
  updateCommand = "uv tool upgrade casemate";
  readonly invites = new FakeInvites(this);
  /** What pages say of themselves, by the links that lead there. */
  readonly pages = new Map<string, LinkPreviewView>();
  readonly changes = new FakeChanges(() => this.now());
  crowd: readonly Person[] = [];
  serverPassword: string | null = null;
  /** The server was started together with this service. */
  ownServer = false;
  /** Who has a cookie of the service. */
  browsers: readonly BrowserView[] = [];
  /** Whether Casemate starts with this computer. */
  autostart: Omit<AutostartTold, "cid" | "request_id"> = { state: "off", reason: null, before_login: false };
  /** What becomes of the server, which was started together with this service, when it listens on the network. */
  reachOnNetwork: ReachView = {
    reach: "network",
    registration: "invite",
    open_to_this_computer: true,
    addresses: [{ address: "192.168.1.5:12349", who: "network" }],
    ports: ["TCP 12349", "TCP 12350", "UDP 12350", "UDP 12351"],
    failed: false,
  };
  reach: ReachView = this.reachOnNetwork;
  /** Account files that the list of accounts does not name. */
  found: FoundFiles = { files: [], listLost: null };
  /** Why little or nothing can be kept on this computer's disk. */
  storage: Reason | null = null;
  /** The server takes what is sent, but nobody fetches it until released: for states between. */
  epoch = "1";
  link: LinkView;

  constructor(public now: () => number = () => Date.now()) {
    this.link = { state: "online", since: now(), reason: null };
  }

  /** Somebody with an account on the server; `local` ones are on this computer, and signed in. */
  person(
    cid: Cid,
    username: string,
    fullName: string,
    { local = false, online = local }: { local?: boolean; online?: boolean } = {},
  ): FakeAccount {
    const account = new FakeAccount(
      { cid, username, full_name: fullName },
      SERVER,
      this.link,
      () => this.epoch,
    );
    account.local = local;
    account.state = local ? "orphaned" : "signed_out";
    account.online = online;
    account.onlineSince = this.now();
    this.accounts.set(cid, account);
    this.accountsChanged();
    return account;
  }

  account(cid: Cid): FakeAccount {
    const account = this.accounts.get(cid);
    if (account === undefined) throw new Error(`nobody has the cid ${cid.toString()}`);
    return account;
  }

  accountsChanged(): void {
    for (const listener of [...this.accountListeners]) listener();
  }

  serverGoes(state: LinkView["state"], since = this.now(), reason: Reason | null = null): void {
    this.link = { state, since, reason };
    for (const account of this.accounts.values()) {
      account.link = this.link;
      if (account.local) account.changeAccount();
    }
    for (const account of this.accounts.values()) this.seeAnew(account, () => state !== "online");
    if (state === "online") for (const account of this.accounts.values()) this.deliverAll(account);
  }

  setOnline(cid: Cid, online: boolean, since = this.now()): void {
    const account = this.account(cid);
    account.online = online;
    account.onlineSince = since;
    for (const other of this.accounts.values()) this.seeAnew(other, (peer) => peer === cid && !online, cid);
    if (online) for (const other of this.accounts.values()) this.deliverAll(other);
  }

  peer(of: FakeAccount, about: FakeAccount): PeerView {
    return (
      of.peers.get(about.cid) ?? {
        cid: about.cid,
        account_id: about.account_id,
        conversation: conversationId(of.cid, about.cid),
        username: about.username,
        full_name: about.full_name,
        relation: "none",
        relation_since: this.now(),
        connection: "none",
        blocked: false,
        online: null,
        online_since: null,
        path: null,
        verified: false,
        identity_changed: false,
        names_signed: true,
        looks: fakeLooks(about.full_name, about.username),
        namesake: null,
        met: "",
        awaited: false,
        introduction: "",
        ...NO_PROFILE,
      }
    );
  }

  /** Null, or why not. */
  requestContact(from: FakeAccount, to: FakeAccount, introduction = ""): Reason | null {
    const mine = this.peer(from, to);
    const theirs = this.peer(to, from);
    if (theirs.blocked) return { code: "not_accepting", params: {}, acts: "peer" };
    if (mine.relation === "declined")
      return {
        code: "declined_recently",
        params: { until: String(mine.relation_since + 7 * 86_400_000) },
        acts: "peer",
      };
    if (mine.relation === "asks_you") {
      this.agree(from, to);
      return null;
    }
    const asked = { relation_since: this.now(), introduction };
    from.changePeer({ ...mine, ...asked, relation: "requested" });
    to.changePeer({ ...theirs, ...asked, relation: "asks_you" });
    return null;
  }

  answerContact(by: FakeAccount, asker: FakeAccount, accept: boolean): void {
    if (accept) {
      this.agree(by, asker);
      return;
    }
    by.partFrom(asker.cid);
    by.changePeer({ ...this.peer(by, asker), declined_at: this.now() });
    asker.changePeer({ ...this.peer(asker, by), relation: "declined", relation_since: this.now() });
  }

  withdraw(by: FakeAccount, asked: FakeAccount): void {
    by.changePeer({ ...this.peer(by, asked), relation: "none", relation_since: this.now() });
    asked.partFrom(by.cid);
  }

  agree(a: FakeAccount, b: FakeAccount): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      one.changePeer({
        ...this.peer(one, other),
        relation: "registered",
        relation_since: this.now(),
        connection: "connected",
        path: mailboxPath(other, this.link, this.now()),
        picture: other.picture,
        status: other.status,
        declined_at: null,
        ...this.presence(other, one),
      });
  }

  /** `a` does it. */
  setConnected(a: FakeAccount, b: FakeAccount, connected: boolean): void {
    const line = connected ? "note_connected" : "note_disconnected";
    for (const [one, other, kind] of [
      [a, b, line],
      [b, a, `${line}_there`],
    ] as const) {
      const before = this.peer(one, other);
      one.changePeer({
        ...before,
        connection: connected ? "connected" : "none",
        path: connected ? mailboxPath(other, this.link, this.now()) : null,
      });
      if ((before.connection === "connected") !== connected) this.note(one, other, kind);
    }
  }

  /** Everybody who knows the account is told, and has a line about it. */
  rename(account: FakeAccount, fullName: string): void {
    const before = account.full_name;
    account.full_name = fullName;
    for (const other of this.accounts.values()) {
      const peer = other.peers.get(account.cid);
      if (peer === undefined) continue;
      other.changePeer({ ...peer, full_name: fullName, looks: fakeLooks(fullName, peer.username) });
      this.note(other, account, "note_names_changed", `${before}\n${fullName}`);
    }
    this.accountsChanged();
  }

  /** A line about the conversation itself, as the service writes one. */
  note(of: FakeAccount, about: FakeAccount, kind: string, text: string | null = null): void {
    const counter = of.nextCounter();
    const id = crypto.randomUUID().replaceAll("-", "");
    of.putMessage({
      id,
      conversation: conversationId(of.cid, about.cid),
      author: null,
      mine: false,
      kind,
      text,
      bytes: 0,
      status: "received",
      reason: null,
      order: [counter, "00".repeat(16), id],
      arrival: of.nextArrival(),
      written_at: this.now(),
      arrived_at: this.now(),
      shown_at: this.now(),
      arrived_late: false,
      seen: true,
      painted: true,
      untold: false,
      ...UNCHANGED,
    });
  }

  /** A connection of their own, or through the server's relay; `reason` says why not direct. */
  connectDirectly(
    a: FakeAccount,
    b: FakeAccount,
    kind: "direct" | "relayed",
    roundTrip: number | null,
    reason: Reason | null = null,
  ): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      this.setPath(
        one,
        other,
        ownConnection(this.peer(one, other).path, kind, this.now(), roundTrip, reason),
      );
    this.deliverAll(a);
    this.deliverAll(b);
  }

  /** Another round trip, as the service measures one every 3 s. */
  measure(one: FakeAccount, other: FakeAccount, roundTrip: number): void {
    const { path } = this.peer(one, other);
    if (path !== null && path.kind !== "mailbox") this.setPath(one, other, measuredPath(path, roundTrip));
  }

  setPath(of: FakeAccount, about: FakeAccount, path: PathView | null): void {
    const peer = this.peer(of, about);
    if (peer.connection !== "connected") return;
    of.peers.set(about.cid, { ...peer, path });
    of.emit({ type: "PathChanged", peer: about.cid, path });
  }

  setBlocked(by: FakeAccount, other: FakeAccount, blocked: boolean): void {
    by.changePeer({ ...this.peer(by, other), blocked });
    const talk = conversationId(by.cid, other.cid);
    if (by.messages.has(talk)) by.emit({ type: "ConversationChanged", conversation: by.conversation(talk) });
    by.changeAccount();
    const theirs = other.peers.get(by.cid);
    if (theirs) other.changePeer({ ...theirs, ...this.presence(by, other) });
    if (!blocked) this.deliverAll(other);
  }

  send(from: FakeAccount, to: FakeAccount, id: string, text: string, writtenAt = this.now()): MessageView {
    const conversation = conversationId(from.cid, to.cid);
    const known = from.message(conversation, id);
    if (known) return known;
    const counter = from.nextCounter();
    const row: MessageView = {
      id,
      conversation,
      author: from.account_id,
      mine: true,
      kind: "chat",
      text,
      bytes: new TextEncoder().encode(text).length,
      status: "queued",
      reason: null,
      order: [counter, from.device, id],
      arrival: from.nextArrival(),
      written_at: writtenAt,
      arrived_at: writtenAt,
      shown_at: writtenAt,
      arrived_late: false,
      seen: true,
      painted: true,
      untold: false,
      ...UNCHANGED,
      lives_for: from.lives.get(conversation) ?? null,
    };
    if (from === to) {
      from.putMessage({ ...row, status: "received" });
      return { ...row, status: "received" };
    }
    from.putMessage(row);
    this.deliver(from, to, id);
    return from.message(conversation, id) ?? row;
  }

  /** For how long what either of the two writes lives; a line says so to both. */
  setDisappearing(from: FakeAccount, to: FakeAccount, lives_for: number | null): void {
    const id = `disappearing-${from.nextCounter().toString()}`;
    const { conversation } = this.send(from, to, id, "");
    for (const side of [from, to]) {
      side.lives.set(conversation, lives_for);
      const row = side.message(conversation, id);
      if (row) side.putMessage({ ...row, kind: "disappearing", text: null, seen: true, lives_for });
    }
  }

  /** As if everything up to this arrival had been on a screen. */
  readAll(by: FakeAccount, from: FakeAccount, upToArrival: number): void {
    const theirs = by.saidWith(from.cid)?.filter((row) => row.arrival <= upToArrival) ?? [];
    const painted = new Set(theirs.map((row) => row.id));
    this.markRead(by, from, painted, upToArrival);
  }

  markRead(by: FakeAccount, from: FakeAccount, painted: ReadonlySet<string>, seenUpTo: number): void {
    const theirs = by.saidWith(from.cid)?.filter((row) => !row.mine) ?? [];
    for (const row of theirs) if (!row.seen && row.arrival <= seenUpTo) by.putMessage({ ...row, seen: true });
    const news = theirs.filter((row) => !row.painted && painted.has(row.id));
    const untold = !by.settings.read_receipts;
    for (const row of news) by.putMessage({ ...row, seen: true, painted: true, untold });
    if (untold || !from.settings.read_receipts) return;
    for (const row of news) {
      const theirs = from.message(row.conversation, row.id);
      if (theirs) from.putMessage({ ...theirs, status: "read", reason: null });
    }
  }

  typing(from: FakeAccount, to: FakeAccount, typing: boolean): void {
    if (!from.settings.typing || !to.settings.typing) return;
    if (to.peers.get(from.cid)?.connection === "connected")
      to.emit({ type: "TypingChanged", conversation: conversationId(from.cid, to.cid), typing });
  }

  private presence(of: FakeAccount, seenBy: FakeAccount): Pick<PeerView, "online" | "online_since"> {
    const hidden = of.settings.appear_offline || of.peers.get(seenBy.cid)?.blocked === true;
    if (this.link.state !== "online") return { online: null, online_since: null };
    return { online: of.online && !hidden, online_since: of.onlineSince };
  }

  /** What `account` is told of its peers once somebody, or the server, came or went; `gone` lose their connection. */
  private seeAnew(account: FakeAccount, gone: (peer: Cid) => boolean, about?: Cid): void {
    for (const peer of [...account.peers.values()]) {
      if (peer.relation !== "registered" || (about !== undefined && peer.cid !== about)) continue;
      const other = this.accounts.get(peer.cid);
      if (other === undefined) continue;
      const stays = peer.path?.kind === "direct" ? other.online : isOwn(peer.path) && !gone(peer.cid);
      const path = peer.path === null || stays ? peer.path : mailboxPath(other, this.link, this.now());
      account.changePeer({ ...peer, ...this.presence(other, account), path });
    }
  }

  private deliverAll(from: FakeAccount): void {
    for (const [conversation, messages] of from.messages) {
      const to = this.account(otherIn(conversation, from.cid));
      for (const { id, mine, status } of [...messages])
        if (mine && (status === "queued" || status === "sent")) this.deliver(from, to, id);
    }
  }

  /** As far as it gets: the server may be away, the other person offline or not accepting. */
  private deliver(from: FakeAccount, to: FakeAccount, id: string): void {
    const row = from.message(conversationId(from.cid, to.cid), id);
    if (row === undefined || row.status === "delivered" || row.status === "read") return;
    const since = String(this.link.since);
    if (this.link.state !== "online" && !isOwn(this.peer(from, to).path)) {
      from.putMessage({ ...row, reason: { code: "server_away", params: { since }, acts: "retry" } });
    } else if (this.peer(from, to).awaited) {
      from.putMessage({ ...row, reason: { code: "not_registered_yet", params: {}, acts: "peer" } });
    } else if (to.peers.get(from.cid)?.blocked) {
      from.putMessage({ ...row, reason: { code: "not_accepting", params: {}, acts: "peer" } });
    } else if (!to.online) {
      const offline: Reason = {
        code: "peer_offline",
        params: { since: String(to.onlineSince) },
        acts: "peer",
      };
      from.putMessage({ ...row, status: "sent", reason: offline });
    } else {
      to.sawCounter(row.order[0]);
      const placement = {
        mine: false,
        status: "received",
        reason: null,
        seen: false,
        painted: false,
        untold: false,
      } as const;
      to.putMessage({ ...row, ...placement, arrival: to.nextArrival(), arrived_at: this.now() });
      from.putMessage({ ...row, status: "delivered", reason: null });
    }
  }
}

function isOwn(path: PathView | null): boolean {
  return path !== null && path.kind !== "mailbox";
}
