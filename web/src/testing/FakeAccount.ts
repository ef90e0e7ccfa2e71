/** One account inside the fake world: what it knows of others, its messages, and its numbered events. */
import type {
  AccountView,
  BrowserKey,
  Cid,
  ConversationView,
  DraftView,
  LinkView,
  LocalAccount,
  MessageOrder,
  MessageView,
  MuteView,
  PeerView,
  Reason,
  ServerAddressView,
  ServerProgramView,
  SettingsView,
  StatusView,
  Snapshot,
  TimelinePage,
  ViewEvent,
  ViewPosition,
} from "../api/generated";
import { compareOrder } from "../state/timeline";
import { draftKey } from "../state/workspace";
import { conversationId, otherIn } from "./conversationId";
import { FakeScheduled } from "./FakeScheduled";
import { fakeLooks } from "./fakeLooks";
import { serverAddressView } from "./serverAddressView";

export interface Person {
  readonly cid: Cid;
  readonly username: string;
  readonly full_name: string;
}

const DRAFT_BYTES = 65_536;

type EventListener = (event: ViewEvent, position: ViewPosition) => void;

export class FakeAccount implements Person {
  readonly cid: Cid;
  readonly username: string;
  full_name: string;
  readonly account_id: string;
  readonly device: string;
  password = "correct horse";
  /** Whether this computer holds it; others exist on the server only. */
  local = false;
  state: LocalAccount["state"] = "signed_out";
  /** Why it is closed although nobody signed out. */
  reason: Reason | null = null;
  online = false;
  onlineSince = 0;
  settings: SettingsView = {
    auto_connect: true,
    appear_offline: false,
    ask_password_at_start: false,
    unlocked_by: "keyring",
    relay_only: false,
    lan_discovery: true,
    read_receipts: true,
    typing: true,
    keep_days: null,
    notifications: { shows: "text", sound: true, quiet: "never", quiet_from: 1320, quiet_to: 420 },
  };
  /** Of conversations that call nobody. */
  readonly mutes = new Map<string, MuteView>();
  readonly peers = new Map<Cid, PeerView>();
  /** By conversation. */
  readonly messages = new Map<string, MessageView[]>();
  readonly log: ViewEvent[] = [];
  private readonly listeners = new Set<EventListener>();
  readonly drafts = new Map<string, DraftView>();
  /** For how long messages of a conversation live. */
  readonly lives = new Map<string, number | null>();
  /** Conversations that are pinned or put away. */
  private readonly arranged = new Map<string, { readonly pinned: boolean; readonly archived: boolean }>();
  /** By conversation, the last one first. */
  readonly pins = new Map<string, ConversationView["pins"]>();
  readonly scheduled = new FakeScheduled(this);
  /** As the service's: the same as long as the account exists. */
  readonly browserKey: BrowserKey;
  invitationFailed: Reason | null = null;
  serverProgram: ServerProgramView | null = null;
  invitesRefused = 0;
  picture = "";
  status: StatusView | null = null;
  serverAddresses: readonly ServerAddressView[];
  private arrivals = 0;
  private places = 0;
  private counter = 0;

  constructor(
    person: Person,
    readonly serverAddress: string,
    public link: LinkView,
    /** A changed one is a restarted service, which remembers no positions. */
    private readonly epoch: () => string,
  ) {
    this.cid = person.cid;
    this.username = person.username;
    this.full_name = person.full_name;
    this.account_id = person.cid.toString(16).padStart(16, "0").repeat(4);
    this.browserKey = { hex: this.account_id };
    this.serverAddresses = [serverAddressView(serverAddress, { in_use: true })];
    this.device = person.cid.toString(16).padStart(16, "0").repeat(2);
  }

  get position(): ViewPosition {
    return { epoch: this.epoch(), sequence: this.log.length };
  }

  emit(event: ViewEvent): void {
    this.log.push(event);
    for (const listener of [...this.listeners]) listener(event, this.position);
  }

  listen(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get unread(): number {
    return [...this.messages.keys()]
      .filter((id) => !this.mutes.has(id))
      .reduce((sum, id) => sum + this.conversation(id).unread, 0);
  }

  get waiting(): number {
    const asking = [...this.peers.values()].filter(
      ({ blocked, relation, connection }) =>
        !blocked && (relation === "asks_you" || (relation === "registered" && connection === "asks_you")),
    );
    return this.unread + asking.length;
  }

  localAccount(): LocalAccount {
    const { cid, account_id, username, full_name, state, unread, waiting, reason } = this;
    return {
      cid,
      account_id,
      username,
      full_name,
      server_address: this.serverAddress,
      state,
      unread,
      waiting,
      reason,
    };
  }

  view(): AccountView {
    const { cid, account_id, username, full_name, settings, link, unread, waiting, picture, status } = this;
    const server = {
      server_address: this.serverAddress,
      server_fingerprint: "7c1f 0b93 e2a4 51d8 90ce 4f77 a60b 3d12",
      server_addresses: this.serverAddresses,
      invitation_failed: this.invitationFailed,
      server_program: this.serverProgram,
      invites_refused: this.invitesRefused,
    };
    const looks = fakeLooks(full_name, username);
    const notes = conversationId(cid, cid);
    const shared = { settings, unread, waiting, picture, status };
    return { notes, cid, account_id, username, full_name, ...server, link, looks, ...shared };
  }

  snapshot(): Omit<Snapshot, "request_id"> {
    return {
      cid: this.cid,
      position: this.position,
      account: this.view(),
      peers: [...this.peers.values()],
      conversations: [...this.messages.keys()].map((id) => this.conversation(id)),
      drafts: [...this.drafts.values()],
      scheduled: this.scheduled.all(),
      browser_key: this.browserKey,
    };
  }

  conversation(id: string): ConversationView {
    const messages = this.messages.get(id) ?? [];
    const unread = messages.filter((message) => !message.mine && !message.seen);
    const peer = otherIn(id, this.cid);
    return {
      id,
      kind: peer === this.cid ? "notes" : "direct",
      peer,
      unread: this.peers.get(peer)?.blocked === true ? 0 : unread.length,
      first_unread: unread[0]?.order ?? null,
      last: messages.at(-1) ?? null,
      ...(this.arranged.get(id) ?? { pinned: false, archived: false }),
      muted: this.mutes.get(id) ?? null,
      pins: (this.pins.get(id) ?? []).flatMap((pin) => {
        const message = this.message(id, pin.id);
        return message === undefined || message.deleted ? [] : [{ ...pin, text: message.text }];
      }),
      lives_for: this.lives.get(id) ?? null,
    };
  }

  mute(conversation: string, mute: MuteView | null): void {
    if (mute === null) this.mutes.delete(conversation);
    else this.mutes.set(conversation, mute);
    this.emit({ type: "ConversationChanged", conversation: this.conversation(conversation) });
    this.changeAccount();
  }

  /** All that was said with this person. */
  saidWith(peer: Cid): readonly MessageView[] | undefined {
    return this.messages.get(conversationId(this.cid, peer));
  }

  changePeer(peer: PeerView): void {
    const { waiting } = this;
    this.peers.set(peer.cid, peer);
    this.emit({ type: "PeerChanged", peer });
    if (waiting !== this.waiting) this.changeAccount();
  }

  /** Nothing is between the two any more; the row stays, as that of the service does. */
  partFrom(cid: Cid): void {
    const peer = this.peers.get(cid);
    if (peer !== undefined) this.changePeer({ ...peer, relation: "none", connection: "none", path: null });
  }

  changeAccount(): void {
    this.emit({ type: "AccountChanged", account: this.view() });
  }

  nextCounter(): number {
    return ++this.counter;
  }

  sawCounter(counter: number): void {
    this.counter = Math.max(this.counter, counter);
  }

  nextArrival(): number {
    return ++this.arrivals;
  }

  putMessage(message: MessageView): void {
    const messages = this.messages.get(message.conversation) ?? [];
    this.messages.set(message.conversation, messages);
    const known = messages.findIndex(({ id }) => id === message.id);
    if (known !== -1) messages.splice(known, 1, message);
    else
      messages.splice(
        messages.findLastIndex((other) => compareOrder(other.order, message.order) < 0) + 1,
        0,
        message,
      );
    this.emit({ type: "MessageChanged", message });
    this.emit({ type: "ConversationChanged", conversation: this.conversation(message.conversation) });
    this.changeAccount();
  }

  removeMessage(conversation: string, id: string): void {
    const messages = this.messages.get(conversation) ?? [];
    this.messages.set(
      conversation,
      messages.filter((message) => message.id !== id),
    );
    this.emit({ type: "MessageRemoved", conversation, id });
    this.emit({ type: "ConversationChanged", conversation: this.conversation(conversation) });
    this.changeAccount();
  }

  arrange(id: string, pinned: boolean | null, archived: boolean | null): void {
    const before = this.arranged.get(id) ?? { pinned: false, archived: false };
    const after = {
      pinned: (pinned ?? before.pinned) && archived !== true,
      archived: (archived ?? before.archived) && pinned !== true,
    };
    this.arranged.set(id, after);
    this.emit({ type: "ConversationChanged", conversation: this.conversation(id) });
  }

  unsee(conversation: string, from: string): void {
    const messages = this.messages.get(conversation) ?? [];
    const first = messages.findIndex(({ id }) => id === from);
    for (const message of messages.slice(first))
      if (!message.mine) this.putMessage({ ...message, seen: false });
  }

  /** The code of a refusal, or null. */
  setDraft({ conversation, slot, text, revision }: Omit<DraftView, "place">): string | null {
    const key = draftKey({ conversation, slot });
    const before = this.drafts.get(key);
    if (before !== undefined && revision <= before.revision)
      return before.revision === revision && before.text === text ? null : "draft_moved";
    if (text === "") {
      this.removeDraft(conversation, slot);
      return null;
    }
    if (new TextEncoder().encode(text).length > DRAFT_BYTES) return "too_long";
    const draft = { conversation, slot, text, revision, place: ++this.places };
    this.drafts.set(key, draft);
    this.emit({ type: "DraftChanged", draft });
    return null;
  }

  removeDraft(conversation: string, slot: string, upToRevision = Infinity): void {
    const key = draftKey({ conversation, slot });
    const draft = this.drafts.get(key);
    if (draft === undefined || draft.revision > upToRevision) return;
    this.drafts.delete(key);
    this.emit({ type: "DraftRemoved", conversation, slot });
  }

  message(conversation: string, id: string): MessageView | undefined {
    return this.messages.get(conversation)?.find((message) => message.id === id);
  }

  page(
    conversation: string,
    {
      before,
      after,
      around,
      limit = 50,
    }: {
      before?: MessageOrder | null;
      after?: MessageOrder | null;
      around?: MessageOrder | null;
      limit?: number;
    },
  ): Omit<TimelinePage, "request_id"> {
    const all = this.messages.get(conversation) ?? [];
    const placeOf = (order: MessageOrder) =>
      all.findLastIndex((message) => compareOrder(message.order, order) < 0) + 1;
    let [start, end] = [all.length - limit, all.length];
    if (before) [start, end] = [placeOf(before) - limit, placeOf(before)];
    if (after) start = all.findLastIndex((message) => compareOrder(message.order, after) <= 0) + 1;
    if (after) end = start + limit;
    if (around) start = placeOf(around) - Math.floor(limit / 2);
    if (around) end = start + limit;
    start = Math.max(0, start);
    end = Math.min(all.length, Math.max(end, start));
    return {
      cid: this.cid,
      conversation,
      messages: all.slice(start, end),
      has_before: start > 0,
      has_after: end < all.length,
    };
  }
}
