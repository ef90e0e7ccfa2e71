/** The internal service as one tab sees it, over a fake world. Tests lose it, slow it and make it refuse. */
import type {
  Cid,
  LocalAccount,
  MessageReference,
  MessageView,
  NotificationsChanged,
  NotificationView,
  Reason,
  ScheduledView,
  ViewPosition,
} from "../api/generated";
import type {
  Answers,
  Connection,
  InternalService,
  RequestFields,
  RequestName,
  Stop,
  Update,
} from "../api/InternalService";
import { ConnectionLost, Refused } from "../api/InternalService";
import { sha3_256 } from "../api/sha3";
import { compareByName, matchesQuery } from "../words/names";
import { otherIn } from "./conversationId";
import type { FakeInvites } from "./FakeInvites";
import type { FakeAccount } from "./FakeAccount";
import type { FakeWorld } from "./FakeWorld";
import { ONLY_HERE, SERVER } from "./FakeWorld";
import { findMessages } from "./fakeFinding";
import { fakeLooks } from "./fakeLooks";
import { profileRequests } from "./fakeProfiles";
import { serverAddressView } from "./serverAddressView";

type Handlers = {
  [Name in RequestName]: (fields: RequestFields<Name>) => Answers[Name] | Promise<Answers[Name]>;
};

interface Following {
  readonly listener: (update: Update) => void;
  position: ViewPosition | null;
  stop: Stop;
}

const MESSAGE_BYTES = 1_048_576;

export class FakeInternalService implements InternalService {
  /** Everything that was asked, for tests. */
  readonly asked: { readonly name: RequestName; readonly fields: unknown }[] = [];
  latency = 0;
  private lost: { since: number } | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly followed = new Map<Cid, Following>();
  private readonly tellers = new Set<(told: NotificationsChanged) => void>();
  private readonly refusals = new Map<RequestName, Reason>();
  private readonly held = new Map<RequestName, Promise<void>>();
  private current: Connection;

  constructor(readonly world: FakeWorld) {
    this.current = this.open();
    world.accountListeners.add(() => {
      if (this.lost === null) this.become(this.open());
    });
  }

  connection(): Connection {
    return this.current;
  }

  onConnection(listener: () => void): Stop {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async request<Name extends RequestName>(name: Name, fields: RequestFields<Name>): Promise<Answers[Name]> {
    if (this.lost !== null) throw new ConnectionLost();
    this.asked.push({ name, fields });
    await (this.latency > 0 ? new Promise((done) => setTimeout(done, this.latency)) : Promise.resolve());
    await this.held.get(name);
    if (this.isLost()) throw new ConnectionLost();
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) {
      this.refusals.delete(name);
      throw new Refused(refusal);
    }
    return await this.handlers[name](fields);
  }

  onNotifications(listener: (told: NotificationsChanged) => void): Stop {
    this.tellers.add(listener);
    return () => this.tellers.delete(listener);
  }

  /** As if the service had decided so. */
  notify(shown: readonly NotificationView[], withdrawn: readonly string[] = []): void {
    for (const listener of [...this.tellers]) listener({ cid: 0n, request_id: null, shown, withdrawn });
  }

  follow(cid: Cid, listener: (update: Update) => void): Stop {
    const following: Following = { listener, position: null, stop: () => undefined };
    this.followed.set(cid, following);
    if (this.lost === null)
      queueMicrotask(() => {
        this.subscribe(cid, following);
      });
    return () => {
      following.stop();
      if (this.followed.get(cid) === following) this.followed.delete(cid);
    };
  }

  retryNow(): void {
    this.restore();
  }

  /** The next request of this name is refused. */
  refuseNext(name: RequestName, reason: Reason): void {
    this.refusals.set(name, reason);
  }

  /** Requests of this name get no answer until the returned function is called. */
  hold(name: RequestName): () => void {
    let release = (): void => undefined;
    this.held.set(
      name,
      new Promise((done) => {
        release = done;
      }),
    );
    return () => {
      this.held.delete(name);
      release();
    };
  }

  lose(since = this.world.now(), retryAt: number | null = since + 4000): void {
    this.lost = { since };
    for (const following of this.followed.values()) following.stop();
    const before = this.current;
    const accounts = before.state === "connecting" ? null : before.accounts;
    const service = before.state === "connecting" ? null : before.service;
    this.become({ state: "lost", since, retryAt, accounts, service });
  }

  restore(): void {
    if (this.lost === null) return;
    this.lost = null;
    this.become(this.open());
    for (const [cid, following] of this.followed) this.subscribe(cid, following);
  }

  private isLost(): boolean {
    return this.lost !== null;
  }

  private open(): Connection {
    const accounts: LocalAccount[] = [...this.world.accounts.values()]
      .filter((account) => account.local)
      .map((account) => account.localAccount());
    const service = {
      version: "0.1.0",
      default_server: SERVER,
      start_command: "/opt/casemate/bin/casemate up",
      open_command: "/opt/casemate/bin/casemate open",
      install_line: this.world.installLine,
      update_command: this.world.updateCommand,
    };
    return { state: "open", service, accounts, found: this.world.found, storage: this.world.storage };
  }

  private become(connection: Connection): void {
    this.current = connection;
    for (const listener of [...this.listeners]) listener();
  }

  private subscribe(cid: Cid, following: Following): void {
    const account = this.world.accounts.get(cid);
    if (!account || account.state === "signed_out") {
      following.listener({ kind: "refused", reason: { code: "signed_out", params: {}, acts: "user" } });
      return;
    }
    account.state = "active";
    const known = following.position;
    if (known?.epoch !== account.position.epoch) {
      const snapshot = { ...account.snapshot(), request_id: null };
      following.position = snapshot.position;
      following.listener({ kind: "snapshot", snapshot });
    } else {
      following.listener({ kind: "resumed", position: known, browserKey: account.browserKey });
      const events = account.log.slice(known.sequence);
      following.position = account.position;
      if (events.length > 0) following.listener({ kind: "events", position: account.position, events });
    }
    following.stop();
    following.stop = account.listen((event, position) => {
      following.position = position;
      following.listener({ kind: "events", position, events: [event] });
    });
  }

  private pair(cid: Cid, other: Cid): [FakeAccount, FakeAccount] {
    return [this.world.account(cid), this.world.accounts.get(other) ?? this.fromCrowd(other)];
  }

  private talk(cid: Cid, conversation: string): [FakeAccount, FakeAccount] {
    return this.pair(cid, otherIn(conversation, cid));
  }

  private sendLater(me: FakeAccount, peer: FakeAccount, kept: ScheduledView): ScheduledView {
    return me.scheduled.put(kept, ({ id, text, reply_to }) => {
      this.say(me, peer, id, text, reply_to);
    });
  }

  private say(
    me: FakeAccount,
    peer: FakeAccount,
    id: string,
    text: string,
    replyTo: MessageReference | null,
  ): MessageView {
    const message = this.world.send(me, peer, id, text);
    if (replyTo !== null) this.world.changes.answer([me, peer], message.conversation, id, replyTo);
    return me.message(message.conversation, id) ?? message;
  }

  private ownMessage(me: FakeAccount, conversation: string, id: string): void {
    const row = me.message(conversation, id);
    if (row?.mine !== true || row.deleted)
      throw new Refused({ code: "message_gone", params: {}, acts: "user" });
  }

  private fromCrowd(cid: Cid): FakeAccount {
    const person = this.world.crowd.find((other) => other.cid === cid);
    if (person === undefined) throw new Refused({ code: "unknown_peer", params: {}, acts: "user" });
    return this.world.person(cid, person.username, person.full_name);
  }

  private signIn(account: FakeAccount | undefined, password: readonly number[]): Answers["Connect"] {
    if (account === undefined) throw new Refused({ code: "unknown_account", params: {}, acts: "user" });
    checkPassword(account, password);
    if (account.state === "signed_out") account.state = "orphaned";
    this.world.setOnline(account.cid, true);
    this.world.accountsChanged();
    return { cid: account.cid, request_id: null };
  }

  private register(username: string, fullName: string, password: readonly number[]): Answers["Register"] {
    if ([...this.world.accounts.values()].some((account) => account.username === username))
      throw new Refused({ code: "username_taken", params: { username }, acts: "user" });
    const cid = BigInt(this.world.accounts.size) * 1_000_000_000_000_007n + 18_000_000_000_000_000_001n;
    const account = this.world.person(cid, username, fullName, { local: true });
    account.password = new TextDecoder().decode(new Uint8Array(password));
    return { cid, request_id: null };
  }

  private invitation(text: string): NonNullable<ReturnType<FakeInvites["find"]>> {
    const found = this.world.invites.find(text);
    if (found === undefined)
      throw new Refused({ code: "no_invitation", params: { problem: "none" }, acts: "user" });
    return found;
  }

  private readonly handlers: Handlers = {
    GetAutostart: () => ({ cid: 0n, request_id: null, ...this.world.autostart }),
    SetAutostart: ({ on }) => {
      this.world.autostart = { ...this.world.autostart, state: on ? "on" : "off", reason: null };
      return { cid: 0n, request_id: null, ...this.world.autostart };
    },
    MakeInvite: (fields) => {
      const refused = this.world.invites.refuses;
      if (refused !== null) throw new Refused(refused);
      return this.world.invites.make(fields);
    },
    TakeBackInvite: (fields) => this.world.invites.takeBack(fields),
    ListInvites: ({ cid }) => this.world.invites.of(cid),
    ReadInvitation: ({ text }) => this.world.invites.read(this.invitation(text)),
    OpenInvitation: ({ cid, text }) => {
      this.world.invites.comes(this.invitation(text), cid);
      return done(cid);
    },
    Join: (fields) => {
      const invitation = this.invitation(fields.text);
      const made = this.register(fields.username, fields.full_name, fields.password);
      this.world.invites.comes(invitation, made.cid);
      return made;
    },
    ...profileRequests(() => this.world),
    ListBrowsers: () => ({ cid: 0n, request_id: null, browsers: this.world.browsers }),
    SignOutBrowser: ({ browser }) => {
      this.world.browsers = this.world.browsers.filter((other) => other.id !== browser);
      return done(0n);
    },
    ProbeServer: ({ server_addr }) => {
      if (server_addr !== SERVER)
        throw new Refused({ code: "server_unreachable", params: { address: server_addr }, acts: "retry" });
      const known = [...this.world.accounts.values()].some((account) => account.local);
      const fingerprint = "7c1f 0b93 e2a4 51d8 90ce 4f77 a60b 3d12";
      return {
        cid: 0n,
        request_id: null,
        server_addr,
        fingerprint,
        known,
        password_required: this.world.serverPassword !== null,
        own: this.world.ownServer,
      };
    },
    Register: (fields) => {
      if (fields.server_addr !== SERVER)
        throw new Refused({
          code: "server_unreachable",
          params: { address: fields.server_addr },
          acts: "retry",
        });
      const wanted = this.world.serverPassword;
      const given = fields.server_password?.passwords[0];
      if (wanted !== null && given?.join() !== Array.from(sha3_256(new TextEncoder().encode(wanted))).join())
        throw new Refused({ code: "server_password_wrong", params: {}, acts: "user" });
      return this.register(fields.username, fields.full_name, fields.proposed_password);
    },
    Connect: ({ username, password }) =>
      this.signIn(
        [...this.world.accounts.values()].find((account) => account.local && account.username === username),
        password,
      ),
    ConnectAccount: ({ cid, password }) => this.signIn(this.world.accounts.get(cid), password),
    ChangePassword: ({ cid, old_password, new_password }) => {
      const account = this.world.account(cid);
      checkPassword(account, old_password);
      account.password = new TextDecoder().decode(new Uint8Array(new_password));
      return done(cid);
    },
    AdoptAccount: ({ name, password }) => {
      const cid = this.signIn(this.world.account(BigInt(`0x${name}`)), password);
      this.world.account(cid.cid).local = true;
      this.world.found = {
        ...this.world.found,
        files: this.world.found.files.filter((file) => file.name !== name),
      };
      this.world.accountsChanged();
      return cid;
    },
    ForgetFoundAccount: ({ name }) => {
      const files = this.world.found.files.filter((file) => file.name !== name);
      this.world.found = { ...this.world.found, files };
      this.world.accountsChanged();
      return done(0n);
    },
    ForgetDamagedAccount: ({ cid }) => {
      this.world.account(cid).local = false;
      this.world.accountsChanged();
      return done(cid);
    },
    Disconnect: ({ cid }) => {
      this.world.account(cid).state = "signed_out";
      this.world.setOnline(cid, false);
      this.world.accountsChanged();
      return { cid, request_id: null, peer_cid: null };
    },
    Deregister: ({ cid }) => {
      this.world.accounts.delete(cid);
      this.world.accountsChanged();
      return { cid, request_id: null };
    },
    ListDirectory: ({ cid, query = "", cursor = "", limit = 100 }) => {
      const me = this.world.account(cid);
      const everybody = [
        ...[...this.world.accounts.values()].filter((other) => other !== me),
        ...this.world.crowd,
      ];
      const found = everybody.filter((person) => matchesQuery(person, query)).toSorted(compareByName);
      const start = Number(cursor || "0");
      const rows = found.slice(start, start + limit).map(({ cid: peer, username, full_name }) => {
        const known = me.peers.get(peer);
        return {
          cid: peer,
          account_id: this.world.accounts.get(peer)?.account_id ?? peer.toString(16).padStart(64, "0"),
          username,
          full_name,
          online: this.world.accounts.get(peer)?.online ?? peer % 3n === 0n,
          relation: known?.relation ?? "none",
          connection: known?.connection ?? "none",
          blocked: known?.blocked ?? false,
          looks: fakeLooks(full_name, username),
          namesake: known?.namesake ?? null,
          names_signed: known?.names_signed ?? false,
        } as const;
      });
      const end = start + rows.length;
      return {
        cid,
        request_id: null,
        rows,
        next_cursor: end < found.length ? String(end) : null,
        total: found.length,
      };
    },
    GetTimeline: ({ cid, conversation, around_message = null, ...where }) => {
      const account = this.world.account(cid);
      if (around_message === null) return { ...account.page(conversation, where), request_id: null };
      const around = account.message(conversation, around_message)?.order;
      if (around === undefined) throw new Refused({ code: "message_gone", params: {}, acts: "user" });
      return { ...account.page(conversation, { ...where, around }), request_id: null };
    },
    SendChat: (fields) => {
      const [me, peer] = this.talk(fields.cid, fields.conversation);
      const known = me === peer ? null : this.world.peer(me, peer);
      if (known?.blocked === true) throw new Refused({ code: "blocked_by_you", params: {}, acts: "user" });
      if (known !== null && known.connection !== "connected" && !known.awaited)
        throw new Refused({ code: "not_connected", params: {}, acts: "user" });
      if (new TextEncoder().encode(fields.text).length > MESSAGE_BYTES)
        throw new Refused({ code: "too_long", params: { limit: String(MESSAGE_BYTES) }, acts: "user" });
      if (typeof fields.slot === "string")
        me.removeDraft(fields.conversation, fields.slot, fields.draft_revision);
      if (typeof fields.due_at === "number" && fields.due_at > this.world.now()) {
        const { cid, message_id: id, conversation, text, due_at, reply_to = null } = fields;
        const kept = {
          id,
          conversation,
          text,
          reply_to,
          due_at,
          written_at: this.world.now(),
          refused: null,
        };
        return { cid, request_id: null, scheduled: this.sendLater(me, peer, kept) };
      }
      const message = this.say(me, peer, fields.message_id, fields.text, fields.reply_to ?? null);
      if (fields.preview != null && fields.text.includes(fields.preview.url))
        this.world.changes.preview([me, peer], fields.conversation, message.id, fields.preview);
      return {
        cid: fields.cid,
        request_id: null,
        message: me.message(fields.conversation, message.id) ?? message,
      };
    },
    MakeLinkPreview: ({ cid, url }) => {
      const preview = this.world.pages.get(url);
      if (preview === undefined)
        throw new Refused({ code: "preview_unreachable", params: {}, acts: "retry" });
      return { cid, request_id: null, preview };
    },
    ChangeScheduled: ({ cid, message_id, text, due_at }) => {
      const kept = this.world.account(cid).scheduled.get(message_id);
      const changed = { ...kept, text: text ?? kept.text, due_at: due_at ?? kept.due_at, refused: null };
      this.sendLater(...this.talk(cid, kept.conversation), changed);
      return done(cid);
    },
    CancelScheduled: ({ cid, message_id }) => {
      this.world.account(cid).scheduled.remove(message_id);
      return done(cid);
    },
    EditMessage: (fields) => {
      const sides = this.talk(fields.cid, fields.conversation);
      this.ownMessage(sides[0], fields.conversation, fields.message_id);
      this.world.changes.edit(sides, fields.conversation, fields.message_id, fields.text);
      return done(fields.cid);
    },
    DeleteMessages: (fields) => {
      const sides = this.talk(fields.cid, fields.conversation);
      for (const id of fields.message_ids) {
        if (!fields.everywhere) {
          sides[0].removeMessage(fields.conversation, id);
          continue;
        }
        this.ownMessage(sides[0], fields.conversation, id);
        this.world.changes.delete(sides, fields.conversation, id);
      }
      return done(fields.cid);
    },
    ReactToMessage: (fields) => {
      const sides = this.talk(fields.cid, fields.conversation);
      this.world.changes.react(sides, sides[0], fields.conversation, fields.message_id, fields.emojis);
      return done(fields.cid);
    },
    PinMessage: ({ cid, conversation, message_id, pinned }) => {
      const sides = this.talk(cid, conversation);
      this.world.changes.pin(sides, sides[0], conversation, message_id, pinned);
      return done(cid);
    },
    SetDisappearing: ({ cid, conversation, lives_for }) => {
      this.world.setDisappearing(...this.talk(cid, conversation), lives_for);
      return done(cid);
    },
    GetStorageUse: ({ cid, conversation }) => {
      const kept = this.world.account(cid).messages.get(conversation) ?? [];
      const bytes = kept.reduce((sum, message) => sum + message.bytes, 0);
      const last_arrival = Math.max(0, ...kept.map(({ arrival }) => arrival));
      return { cid, request_id: null, messages: kept.length, bytes, last_arrival };
    },
    EmptyConversation: ({ cid, conversation, up_to }) => {
      const account = this.world.account(cid);
      const meant = (account.messages.get(conversation) ?? []).filter(({ arrival }) => arrival <= up_to);
      const [now, later] = [meant.slice(0, 200), meant.slice(200)];
      for (const { id } of now) account.removeMessage(conversation, id);
      return { cid, request_id: null, after: later.length === 0 ? null : (now.at(-1)?.order ?? null) };
    },
    SetRetention: ({ cid, days }) => {
      const account = this.world.account(cid);
      account.settings = { ...account.settings, keep_days: days };
      account.changeAccount();
      return done(cid);
    },
    GetMessageVersions: ({ cid, message_id }) => ({
      cid,
      request_id: null,
      versions: this.world.changes.of(message_id),
    }),
    SearchMessages: (fields) => {
      const messages = [...this.world.account(fields.cid).messages.values()].flat();
      return { cid: fields.cid, request_id: null, ...findMessages(messages, fields) };
    },
    FindDay: ({ cid, conversation, from_time }) => {
      const messages = this.world.account(cid).messages.get(conversation) ?? [];
      const found = messages.find(({ shown_at }) => shown_at >= from_time) ?? messages.at(-1);
      return { cid, request_id: null, message_id: found?.id ?? null };
    },
    SetDraft: ({ cid, ...draft }) => {
      const code = this.world.account(cid).setDraft(draft);
      if (code !== null) throw new Refused({ code, params: {}, acts: "user" });
      return done(cid);
    },
    MarkRead: (fields) => {
      const [me, peer] = this.talk(fields.cid, fields.conversation);
      this.world.markRead(me, peer, new Set(fields.painted), fields.seen_up_to);
      return done(fields.cid);
    },
    SetTyping: (fields) => {
      const [me, peer] = this.talk(fields.cid, fields.conversation);
      this.world.typing(me, peer, fields.typing);
      return done(fields.cid);
    },
    WithdrawRegistration: (fields) => {
      const [me, asked] = this.pair(fields.cid, fields.peer);
      if (this.world.peer(me, asked).relation !== "requested")
        throw new Refused({ code: "not_asked", params: {}, acts: "user" });
      this.world.withdraw(me, asked);
      return done(fields.cid);
    },
    BlockPeer: (fields) => {
      const [me, peer] = this.pair(fields.cid, fields.peer);
      this.world.setBlocked(me, peer, true);
      return done(fields.cid);
    },
    UnblockPeer: (fields) => {
      const [me, peer] = this.pair(fields.cid, fields.peer);
      this.world.setBlocked(me, peer, false);
      return done(fields.cid);
    },
    GetSafetyNumber: (fields) => {
      const [me, peer] = this.pair(fields.cid, fields.peer);
      const seed = (
        (me.cid < peer.cid ? me.cid * 31n + peer.cid : peer.cid * 31n + me.cid) * 982_451_653n
      ).toString();
      const digits = seed.repeat(4).slice(0, 60).padEnd(60, "7");
      const verified = this.world.peer(me, peer).verified;
      return {
        cid: fields.cid,
        request_id: null,
        peer: fields.peer,
        digits,
        qr: `casemate:safety:${digits}`,
        verified,
      };
    },
    SetVerified: (fields) => {
      const [me, peer] = this.pair(fields.cid, fields.peer);
      me.changePeer({ ...this.world.peer(me, peer), verified: fields.verified });
      return done(fields.cid);
    },
    AcceptIdentity: (fields) => {
      const [me, peer] = this.pair(fields.cid, fields.peer);
      me.changePeer({ ...this.world.peer(me, peer), identity_changed: false, verified: false });
      return done(fields.cid);
    },
    MarkUnread: ({ cid, conversation, message_id }) => {
      this.world.account(cid).unsee(conversation, message_id);
      return done(cid);
    },
    ArrangeConversation: ({ cid, conversation, pinned, archived }) => {
      this.world.account(cid).arrange(conversation, pinned ?? null, archived ?? null);
      return done(cid);
    },
    MuteConversation: ({ cid, conversation, until }) => {
      this.world.account(cid).mute(conversation, { until: until ?? null });
      return done(cid);
    },
    UnmuteConversation: ({ cid, conversation }) => {
      this.world.account(cid).mute(conversation, null);
      return done(cid);
    },
    SetNotifications: ({ cid, ...changes }) => {
      const account = this.world.account(cid);
      const given = Object.entries(changes).filter(([, value]) => value !== null);
      const notifications = { ...account.settings.notifications, ...Object.fromEntries(given) };
      account.settings = { ...account.settings, notifications };
      account.changeAccount();
      return done(cid);
    },
    ShowNotifications: () => done(0n),
    DismissNotification: () => done(0n),
    LookAt: ({ cid }) => done(cid),
    GetDesktop: () => ({ cid: 0n, request_id: null, state: this.world.desktop }),
    SetSettings: ({ cid, ...changes }) => {
      const account = this.world.account(cid);
      const given = Object.entries(changes).filter(([, value]) => typeof value === "boolean");
      account.settings = { ...account.settings, ...Object.fromEntries(given) };
      if (changes.full_name != null) this.world.rename(account, changes.full_name.trim());
      account.changeAccount();
      return done(cid);
    },
    AddServerAddress: ({ cid, address }) => {
      const account = this.world.account(cid);
      const others = account.serverAddresses.filter((each) => each.address !== address);
      const mine = others.filter(({ by_person }) => by_person);
      const told = others.filter(({ by_person }) => !by_person);
      account.serverAddresses = [...mine, serverAddressView(address), ...told];
      account.changeAccount();
      return done(cid);
    },
    RemoveServerAddress: ({ cid, address }) => {
      const account = this.world.account(cid);
      account.serverAddresses = account.serverAddresses.filter((each) => each.address !== address);
      account.changeAccount();
      return done(cid);
    },
    GetReach: ({ cid }) => ({ cid, request_id: null, view: this.world.reach }),
    SetReach: ({ cid, reach }) => {
      this.world.reach = reach === "network" ? this.world.reachOnNetwork : ONLY_HERE;
      return { cid, request_id: null, view: this.world.reach };
    },
    PeerRegister: (fields) => {
      const [me, peer] = this.pair(fields.cid, fields.peer_cid);
      const refusal = this.world.requestContact(me, peer, fields.introduction);
      if (refusal !== null) throw new Refused(refusal);
      return answered(fields); // the real one answers when the other side did; the UI does not wait for either
    },
    PeerRegisterRespond: (fields) => {
      const [me, peer] = this.pair(fields.cid, fields.peer_cid);
      this.world.answerContact(me, peer, fields.accept);
      return answered(fields);
    },
    PeerConnect: (fields) => {
      this.world.setConnected(...this.pair(fields.cid, fields.peer_cid), true);
      return answered(fields);
    },
    PeerConnectAccept: (fields) => {
      this.world.setConnected(...this.pair(fields.cid, fields.peer_cid), fields.accept);
      return answered(fields);
    },
    PeerDisconnect: (fields) => {
      this.world.setConnected(...this.pair(fields.cid, fields.peer_cid), false);
      return answered(fields);
    },
  };
}

function checkPassword(account: FakeAccount, password: readonly number[]): void {
  if (new TextDecoder().decode(new Uint8Array(password)) !== account.password)
    throw new Refused({ code: "wrong_password", params: {}, acts: "user" });
}

function done(cid: Cid): Answers["MarkRead"] {
  return { cid, request_id: null };
}

function answered({ cid, peer_cid }: { cid: Cid; peer_cid: Cid }): Answers["PeerRegister"] {
  return { cid, request_id: null, peer_cid };
}
