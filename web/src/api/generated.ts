/**
 * The client API as the internal service speaks it. Made from its Python types by `scripts/generate_types.py`;
 * a test fails when the two differ.
 */

/** A u64, exact: a JavaScript number would round it. */
export type Cid = bigint;

/** Go on with a peer whose identity changed; sending resumes, the verified mark stays off. */
export interface AcceptIdentity {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
}

export interface AccountChanged {
  readonly type: "AccountChanged";
  readonly account: AccountView;
}

export interface AccountView {
  readonly cid: Cid;
  readonly account_id: string;
  readonly notes: string;
  readonly username: string;
  readonly full_name: string;
  readonly server_address: string;
  readonly server_fingerprint: string;
  readonly link: LinkView;
  readonly settings: SettingsView;
  readonly unread: number;
  readonly waiting: number;
  readonly looks: NameLooks;
  readonly server_addresses: readonly ServerAddressView[];
  readonly invitation_failed: Reason | null;
  readonly server_program: ServerProgramView | null;
  readonly invites_refused: number;
  readonly picture: string;
  readonly status: StatusView | null;
}

/** Look for the account's server there as well: HOST:PORT or wss://HOST[:PORT]. AccountChanged follows. */
export interface AddServerAddress {
  readonly request_id: string;
  readonly cid: Cid;
  readonly address: string;
}

/** Sign in to an account file that the list of accounts does not name, and list it again. */
export interface AdoptAccount {
  readonly request_id: string;
  readonly name: string;
  readonly password: readonly number[];
}

/** Where it stands in the account's own list; None leaves it as it is. ConversationChanged follows. */
export interface ArrangeConversation {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly pinned?: boolean | null;
  readonly archived?: boolean | null;
}

/** Whether what runs here starts with the computer, as the disk says it at this moment. */
export interface AutostartTold {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly state: "off" | "on" | "unavailable";
  readonly reason: Reason | null;
  readonly before_login: boolean;
}

/** Nothing of this person arrives any more, and they see us offline. Answered after the server agreed. */
export interface BlockPeer {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
}

/** 32 bytes for AES-GCM, the same as long as the account exists: under it, and in no other form, may a browser keep words of this account on its disk. It keeps the key itself in memory only. */
export interface BrowserKey {
  readonly hex: string;
}

export interface BrowserList {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly browsers: readonly BrowserView[];
}

/** A browser that was signed in. Times are Unix milliseconds. */
export interface BrowserView {
  readonly id: string;
  readonly name: string;
  readonly signed_in_at: number;
  readonly last_used_at: number;
  readonly this_one: boolean;
}

/** It is not sent. Refused (`already_sent`) once it is. */
export interface CancelScheduled {
  readonly request_id: string;
  readonly cid: Cid;
  readonly message_id: string;
}

/** What opens this account on this computer from now on; nobody is signed out by it. */
export interface ChangePassword {
  readonly request_id: string;
  readonly cid: Cid;
  readonly old_password: readonly number[];
  readonly new_password: readonly number[];
}

/** Another text or time for a message that is to be sent later; a time that has passed sends it now. */
export interface ChangeScheduled {
  readonly request_id: string;
  readonly cid: Cid;
  readonly message_id: string;
  readonly text?: string | null;
  readonly due_at?: number | null;
}

/** Sign in to one local account of several with the same username. */
export interface ConnectAccount {
  readonly request_id: string;
  readonly cid: Cid;
  readonly password: readonly number[];
}

export interface ConversationChanged {
  readonly type: "ConversationChanged";
  readonly conversation: ConversationView;
}

export interface ConversationEmptied {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly after: MessageOrder | null;
}

export interface ConversationView {
  readonly id: string;
  readonly kind: "direct" | "notes";
  readonly peer: Cid;
  readonly unread: number;
  readonly first_unread: MessageOrder | null;
  readonly last: MessageView | null;
  readonly muted: MuteView | null;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly pins: readonly PinView[];
  readonly lives_for: number | null;
}

export interface DayFound {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly message_id: string | null;
}

/** Take messages of one's own back from everybody, or take any off one's own screens. All of them, or none. */
export interface DeleteMessages {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly message_ids: readonly string[];
  readonly everywhere: boolean;
}

export interface DesktopTold {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly state: "missing" | "off" | "unknown" | "works";
}

export interface DirectoryPage {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly rows: readonly DirectoryRow[];
  readonly next_cursor: string | null;
  readonly total: number;
}

/** Somebody on the server, and what you already are to each other. The names of whom you know are those you know. */
export interface DirectoryRow {
  readonly cid: Cid;
  readonly account_id: string;
  readonly username: string;
  readonly full_name: string;
  readonly online: boolean | null;
  readonly relation: "asks_you" | "declined" | "gone" | "none" | "registered" | "requested";
  readonly connection: "asking" | "asks_you" | "connected" | "none";
  readonly blocked: boolean;
  readonly looks: NameLooks;
  readonly namesake: Namesake | null;
  readonly names_signed: boolean;
}

/** Somebody put it away. What is new calls again. */
export interface DismissNotification {
  readonly request_id: string;
  readonly key: string;
}

export interface Done {
  readonly cid: Cid;
  readonly request_id: string | null;
}

/** Replaces the draft of the same conversation and slot. */
export interface DraftChanged {
  readonly type: "DraftChanged";
  readonly draft: DraftView;
}

/** It was sent, or discarded. */
export interface DraftRemoved {
  readonly type: "DraftRemoved";
  readonly conversation: string;
  readonly slot: string;
}

/** What is being written in one window and has not been sent. */
export interface DraftView {
  readonly conversation: string;
  readonly slot: string;
  readonly text: string;
  readonly revision: number;
  readonly place: number;
}

/** A message of one's own says this from now on, on every screen. MessageChanged follows. */
export interface EditMessage {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly message_id: string;
  readonly text: string;
}

/** Erase its messages from this computer alone, some at a time. What is on its way to somebody stays. MessageGone follows, of each. */
export interface EmptyConversation {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly up_to: number;
  readonly after?: MessageOrder | null;
}

/** The first line of a conversation that is shown at a time or later; where there is none, the last one. */
export interface FindDay {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly from_time: number;
}

/** Take an account off the list whose file is damaged or missing, and delete what is left of it, for good: a person was asked. The server goes on having the account. */
export interface ForgetDamagedAccount {
  readonly request_id: string;
  readonly cid: Cid;
}

/** Delete an account file that the list of accounts does not name, for good: a person was asked. */
export interface ForgetFoundAccount {
  readonly request_id: string;
  readonly name: string;
}

/** A database in the folder of accounts that this computer's list does not name; its password opens it. */
export interface FoundAccountFile {
  readonly name: string;
  readonly found_at: number;
  readonly bytes: number;
  readonly has_vault: boolean;
}

export interface FoundMessageView {
  readonly conversation: string;
  readonly id: string;
  readonly author: string;
  readonly mine: boolean;
  readonly order: MessageOrder;
  readonly shown_at: number;
  readonly pieces: readonly FoundPiece[];
  readonly cut_before: boolean;
  readonly cut_after: boolean;
}

export interface FoundPiece {
  readonly text: string;
  readonly found: boolean;
}

export interface GetAutostart {
  readonly request_id: string;
}

/** Whether this computer shows notifications while no tab does. */
export interface GetDesktop {
  readonly request_id: string;
}

/** What an edited message said before. */
export interface GetMessageVersions {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly author: string;
  readonly message_id: string;
}

/** The picture that a row names by its hash. */
export interface GetPicture {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
}

/** Who can come to this account's server, if it was started together with this service: found out and tried now. */
export interface GetReach {
  readonly request_id: string;
  readonly cid: Cid;
}

export interface GetSafetyNumber {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
}

/** What a conversation takes on this computer. */
export interface GetStorageUse {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
}

/** A page in display order: the latest, or before, after or around a place, which may be that of a message. */
export interface GetTimeline {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly before?: MessageOrder | null;
  readonly after?: MessageOrder | null;
  readonly around?: MessageOrder | null;
  readonly around_message?: string | null;
  readonly limit?: number;
}

/** Who came by an invitation. Names are empty when nothing is known of them any more. */
export interface GuestView {
  readonly cid: Cid;
  readonly username: string;
  readonly full_name: string;
  readonly came_at: number;
}

/** Makes this socket a view. Answer: HelloAccepted; later LocalAccountsChanged whenever the list changes. */
export interface Hello {
  readonly request_id: string;
  readonly client: string;
}

export interface HelloAccepted {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly service: ServiceInfo;
  readonly accounts: readonly LocalAccount[];
  readonly found: readonly FoundAccountFile[];
  readonly list_lost: Reason | null;
  readonly storage: Reason | null;
}

/** What a link says. Nobody was asked yet. */
export interface InvitationRead {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly server_addr: string;
  readonly fingerprint: string;
  readonly inviter: Cid;
  readonly here: readonly Cid[];
  readonly own: boolean;
}

export interface InviteList {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly invites: readonly InviteView[];
}

/** An invitation of the account's own. */
export interface InviteView {
  readonly id: string;
  readonly state: "ended" | "over" | "refused" | "usable" | "used_up";
  readonly link: string | null;
  readonly uses: number;
  readonly made_at: number;
  readonly ends_at: number;
  readonly guests: readonly GuestView[];
  readonly refused: Reason | null;
}

/** A new account by the invitation in this text: at its server, whose key it pins, and registered with its maker. */
export interface Join {
  readonly request_id: string;
  readonly text: string;
  readonly username: string;
  readonly full_name: string;
  readonly password: readonly number[];
}

export interface LinkPreviewMade {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly preview: LinkPreviewView;
}

/** Where a link in a message leads, as its writer saw it: hostile words, bounded and of one line each. */
export interface LinkPreviewView {
  readonly url: string;
  readonly title: string;
  readonly site: string;
  readonly description: string;
}

/** The connection to the workspace server. `since` is when this state began. */
export interface LinkView {
  readonly state: "away" | "connecting" | "fenced" | "online";
  readonly since: number;
  readonly reason: Reason | null;
}

/** The browsers that a cookie of this service was given to. */
export interface ListBrowsers {
  readonly request_id: string;
}

/** People on the server whose name or username contains `query`, a page at a time. */
export interface ListDirectory {
  readonly request_id: string;
  readonly cid: Cid;
  readonly query?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface ListInvites {
  readonly request_id: string;
  readonly cid: Cid;
}

/** An account of this computer, as the landing page and the account rail list it. */
export interface LocalAccount {
  readonly cid: Cid;
  readonly account_id: string;
  readonly username: string;
  readonly full_name: string;
  readonly server_address: string;
  readonly state: "active" | "orphaned" | "signed_out";
  readonly unread: number;
  readonly waiting: number;
  readonly reason: Reason | null;
}

export interface LocalAccountsChanged {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly accounts: readonly LocalAccount[];
  readonly found: readonly FoundAccountFile[];
  readonly list_lost: Reason | null;
  readonly storage: Reason | null;
}

/** What somebody has before their eyes in this view: nothing of it calls. `cid` 0: nobody looks. */
export interface LookAt {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation?: string | null;
}

/** A link that lets others in and registers them with this account. Answered when it works; the first of the list is the new one. */
export interface MakeInvite {
  readonly request_id: string;
  readonly cid: Cid;
  readonly uses: number;
  readonly seconds: number;
}

/** Ask the page behind a link what it is, to send that along (`SendChat.preview`): only when a person wants it. */
export interface MakeLinkPreview {
  readonly request_id: string;
  readonly cid: Cid;
  readonly url: string;
}

/** What was on a screen, and up to which arrival everything counts as seen. Whoever wrote the messages in `painted` (ids, 32 hex digits each) is told that they were read; `seen_up_to` only concerns one's own badge. Ids of messages that are not theirs, or not known, are passed over. */
export interface MarkRead {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly painted: readonly string[];
  readonly seen_up_to: number;
}

/** This message of theirs and those after it are unread once more; their writer hears nothing of it. */
export interface MarkUnread {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly message_id: string;
}

/** A message is new or its status, reason or read flag changed; replaces what had its id. */
export interface MessageChanged {
  readonly type: "MessageChanged";
  readonly message: MessageView;
}

/** Display order, the same on both sides: by counter, then by the writing device, then by the message (hex both). */
export type MessageOrder = readonly [number, string, string];

export interface MessageQueued {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly message: MessageView;
}

/** Two people may use one id, so the author belongs to it. */
export interface MessageReference {
  readonly author: string;
  readonly id: string;
}

/** It is on no page any more: it was deleted here, or its time is over. One whose time was not over comes back by a MessageChanged. */
export interface MessageRemoved {
  readonly type: "MessageRemoved";
  readonly conversation: string;
  readonly id: string;
}

export interface MessageScheduled {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly scheduled: ScheduledView;
}

export interface MessageVersion {
  readonly text: string;
  readonly made_at: number;
}

export interface MessageVersions {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly versions: readonly MessageVersion[];
}

export interface MessageView {
  readonly id: string;
  readonly conversation: string;
  readonly author: string | null;
  readonly mine: boolean;
  readonly kind: string;
  readonly text: string | null;
  readonly bytes: number;
  readonly status: "delivered" | "queued" | "read" | "received" | "sent";
  readonly reason: Reason | null;
  readonly order: MessageOrder;
  readonly arrival: number;
  readonly written_at: number;
  readonly arrived_at: number;
  readonly shown_at: number;
  readonly arrived_late: boolean;
  readonly seen: boolean;
  readonly painted: boolean;
  readonly reply: ReplyView | null;
  readonly edited_at: number | null;
  readonly deleted: boolean;
  readonly reactions: readonly ReactionView[];
  readonly pending: PendingChange | null;
  readonly preview: LinkPreviewView | null;
  readonly untold: boolean;
  readonly lives_for: number | null;
  readonly ends_at: number | null;
}

export interface MessagesFound {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly messages: readonly FoundMessageView[];
  readonly cursor: string | null;
}

/** It calls nobody until then. ConversationChanged follows, now and when it ends. */
export interface MuteConversation {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly until?: number | null;
}

/** This conversation calls nobody, and is in no total. */
export interface MuteView {
  readonly until: number | null;
}

/** What an eye makes of the name on screen, the full name or else the username: every client compares alike. */
export interface NameLooks {
  readonly drawn: string;
  readonly unseen: boolean;
}

/** Another account that we knew first, and whose username was the same or looks the same. */
export interface Namesake {
  readonly cid: Cid;
  readonly username: string;
  readonly full_name: string;
}

/** Of one account. Minutes are counted from midnight. */
export interface NotificationSettings {
  readonly shows: "name" | "nothing" | "text";
  readonly sound: boolean;
  readonly quiet: "always" | "hours" | "never";
  readonly quiet_from: number;
  readonly quiet_to: number;
}

/** What is to stand on a person's desktop. It takes the place of what had its key. */
export interface NotificationView {
  readonly key: string;
  readonly account: Cid;
  readonly conversation: string | null;
  readonly message: string | null;
  readonly title: string;
  readonly body: string;
  readonly ring: boolean;
  readonly sound: boolean;
}

/** Unasked, to the view that shows them. `cid` is 0: they are of all accounts that are signed in. */
export interface NotificationsChanged {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly shown: readonly NotificationView[];
  readonly withdrawn: readonly string[];
}

/** An account that is there asks who made it, and they agree by themselves. */
export interface OpenInvitation {
  readonly request_id: string;
  readonly cid: Cid;
  readonly text: string;
}

/** Another round trip was measured on the path to this peer, or it changed; replaces the path of the peer's row. */
export interface PathChanged {
  readonly type: "PathChanged";
  readonly peer: Cid;
  readonly path: PathView | null;
}

/** How messages travel right now, and why not better. */
export interface PathView {
  readonly kind: "direct" | "mailbox" | "relayed";
  readonly since: number;
  readonly rtt_ms: number | null;
  readonly reason: Reason | null;
  readonly rtt_history: readonly number[];
  readonly unsteady: boolean;
}

export interface PeerChanged {
  readonly type: "PeerChanged";
  readonly peer: PeerView;
}

export interface PeerView {
  readonly cid: Cid;
  readonly account_id: string;
  readonly conversation: string;
  readonly username: string;
  readonly full_name: string;
  readonly relation: "asks_you" | "declined" | "gone" | "none" | "registered" | "requested";
  readonly relation_since: number;
  readonly connection: "asking" | "asks_you" | "connected" | "none";
  readonly blocked: boolean;
  readonly online: boolean | null;
  readonly online_since: number | null;
  readonly path: PathView | null;
  readonly verified: boolean;
  readonly identity_changed: boolean;
  readonly names_signed: boolean;
  readonly looks: NameLooks;
  readonly namesake: Namesake | null;
  readonly met: "" | "by_our_invitation" | "by_their_invitation";
  readonly awaited: boolean;
  readonly introduction: string;
  readonly picture: string;
  readonly status: StatusView | null;
  readonly nickname: string;
  readonly nickname_drawn: string;
  readonly note: string;
  readonly declined_at: number | null;
}

/** An edit, a reaction or a taking back of ours that the other side does not have yet. */
export interface PendingChange {
  readonly status: "queued" | "sent";
  readonly reason: Reason | null;
}

export interface PictureTold {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly picture: string;
}

/** It stands at the top of the conversation for both, or does so no more. ConversationChanged follows. */
export interface PinMessage {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly author: string;
  readonly message_id: string;
  readonly pinned: boolean;
}

/** A message that stands at the top of its conversation, for both. */
export interface PinView {
  readonly author: string;
  readonly id: string;
  readonly text: string | null;
  readonly by: string;
  readonly made_at: number;
}

/** A view asks whether anybody is still there: a process that hangs keeps its sockets. */
export interface Ping {
  readonly request_id: string;
}

/** From the thread that answers everything: whoever hears it knows that the rest would be answered, too. */
export interface Pong {
  readonly cid: Cid;
  readonly request_id: string | null;
}

/** Ask a server who it is before an account is made there. */
export interface ProbeServer {
  readonly request_id: string;
  readonly server_addr: string;
}

export interface ReachTold {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly view: ReachView;
}

/** Who can come to the server that was started together with this service. */
export interface ReachView {
  readonly reach: "network" | "this-computer" | null;
  readonly addresses: readonly ReachableAddress[];
  readonly ports: readonly string[];
  readonly failed: boolean;
  readonly registration: "closed" | "invite" | "open";
  readonly open_to_this_computer: boolean;
}

/** An address of the server that runs on this computer, tried from here. */
export interface ReachableAddress {
  readonly address: string;
  readonly who: "everywhere" | "network" | "unknown";
}

/** All that one says to a message with emojis; none takes them back. */
export interface ReactToMessage {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly author: string;
  readonly message_id: string;
  readonly emojis: readonly string[];
}

export interface ReactionView {
  readonly emoji: string;
  readonly authors: readonly string[];
}

/** What the link says that is somewhere in this text. */
export interface ReadInvitation {
  readonly request_id: string;
  readonly text: string;
}

/** Why something is so or was refused: a code of docs/protocol/reasons.md, and who can change it. */
export interface Reason {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly acts: "admin" | "peer" | "retry" | "user";
}

/** Look for it there no more; the only address stays. One that the server names comes back with its next word. */
export interface RemoveServerAddress {
  readonly request_id: string;
  readonly cid: Cid;
  readonly address: string;
}

/** The message that another one answers, as it is now. */
export interface ReplyView {
  readonly author: string;
  readonly id: string;
  readonly state: "deleted" | "here" | "unknown" | "vanished";
  readonly text: string | null;
}

/** The answer to any extension request that cannot be done. */
export interface RequestRefused {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly reason: Reason;
}

/** The events after `after` follow, numbered without a gap. */
export interface Resumed {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly position: ViewPosition;
  readonly browser_key: BrowserKey;
}

export interface SafetyNumber {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly peer: Cid;
  readonly digits: string;
  readonly qr: string;
  readonly verified: boolean;
}

/** Replaces the message to be sent later that has its id. */
export interface ScheduledChanged {
  readonly type: "ScheduledChanged";
  readonly scheduled: ScheduledView;
}

/** It was sent or cancelled. */
export interface ScheduledRemoved {
  readonly type: "ScheduledRemoved";
  readonly id: string;
}

/** A message that is to be sent later. Until then it is no message: no one else knows of it. */
export interface ScheduledView {
  readonly id: string;
  readonly conversation: string;
  readonly text: string;
  readonly reply_to: MessageReference | null;
  readonly written_at: number;
  readonly due_at: number;
  readonly refused: Reason | null;
}

/** Messages that say all of `words`, and are from where and when the others say. One of them must say something. */
export interface SearchMessages {
  readonly request_id: string;
  readonly cid: Cid;
  readonly words: string;
  readonly conversation?: string | null;
  readonly author?: string | null;
  readonly from_time?: number | null;
  readonly to_time?: number | null;
  readonly has_link?: boolean;
  readonly cursor?: string | null;
}

/** Queue a text. `message_id` (32 hex digits) makes repeats harmless. Answered after the commit. The draft of `slot` goes with it, unless that window has counted beyond `draft_revision` by now. */
export interface SendChat {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly message_id: string;
  readonly text: string;
  readonly due_at?: number | null;
  readonly slot?: string | null;
  readonly draft_revision?: number;
  readonly reply_to?: MessageReference | null;
  readonly preview?: LinkPreviewView | null;
}

/** Where the server may be. */
export interface ServerAddressView {
  readonly address: string;
  readonly by_person: boolean;
  readonly in_use: boolean;
  readonly away_since: number | null;
  readonly reason: Reason | null;
}

export interface ServerProbed {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly server_addr: string;
  readonly fingerprint: string;
  readonly known: boolean;
  readonly password_required: boolean;
  readonly own: boolean;
}

/** What the server says that it runs, where that is another version than this service's. A hint: nothing follows. */
export interface ServerProgramView {
  readonly version: string;
  readonly newer: boolean;
  readonly own: boolean;
}

export interface ServiceInfo {
  readonly version: string;
  readonly default_server: string | null;
  readonly start_command: string;
  readonly open_command: string;
  readonly update_command: string;
  readonly install_line: string;
}

/** Start what runs here with the computer, or no longer. Again is fine, and what runs goes on. */
export interface SetAutostart {
  readonly request_id: string;
  readonly on: boolean;
}

/** For how long what either of the two writes lives from now on: 5 seconds to 400 days; None: it stays. MessageChanged follows, of the line that says so. */
export interface SetDisappearing {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly lives_for: number | null;
}

/** What stands in one window's composer; an empty text discards it. Answered after the commit. `conversation` and `slot` are 32 hex digits. A window writes only its own slot and counts `revision` up from 1; a revision that is not above the present one is refused, unless it is the same text once more. */
export interface SetDraft {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly slot: string;
  readonly text: string;
  readonly revision: number;
}

/** Null leaves a setting as it is. AccountChanged follows. */
export interface SetNotifications {
  readonly request_id: string;
  readonly cid: Cid;
  readonly shows?: "name" | "nothing" | "text" | null;
  readonly sound?: boolean | null;
  readonly quiet?: "always" | "hours" | "never" | null;
  readonly quiet_from?: number | null;
  readonly quiet_to?: number | null;
}

/** Everybody whom one agreed to talk with gets it, sealed. AccountChanged follows. */
export interface SetPicture {
  readonly request_id: string;
  readonly cid: Cid;
  readonly picture: string;
}

/** Let the server listen there from now on, over restarts, too. Links to it end and come back. */
export interface SetReach {
  readonly request_id: string;
  readonly cid: Cid;
  readonly reach: "network" | "this-computer";
}

/** What one calls somebody, and notes about them; told to nobody. None leaves it, empty takes it away. PeerChanged follows. */
export interface SetRemark {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
  readonly nickname?: string | null;
  readonly note?: string | null;
}

/** Messages that are older than this many days are erased from this computer alone, once they were seen; null: they stay. AccountChanged follows. */
export interface SetRetention {
  readonly request_id: string;
  readonly cid: Cid;
  readonly days: number | null;
}

/** Null leaves a setting as it is. AccountChanged follows. */
export interface SetSettings {
  readonly request_id: string;
  readonly cid: Cid;
  readonly auto_connect?: boolean | null;
  readonly appear_offline?: boolean | null;
  readonly ask_password_at_start?: boolean | null;
  readonly relay_only?: boolean | null;
  readonly lan_discovery?: boolean | null;
  readonly read_receipts?: boolean | null;
  readonly typing?: boolean | null;
  readonly full_name?: string | null;
}

/** A line that says how one is, told to the same people. AccountChanged follows. */
export interface SetStatus {
  readonly request_id: string;
  readonly cid: Cid;
  readonly text: string;
  readonly until?: number | null;
}

/** Never stored; dropped when the peer is not online. */
export interface SetTyping {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
  readonly typing: boolean;
}

/** The user compared the safety number. */
export interface SetVerified {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
  readonly verified: boolean;
}

export interface SettingsView {
  readonly auto_connect: boolean;
  readonly appear_offline: boolean;
  readonly ask_password_at_start: boolean;
  readonly unlocked_by: "key_file" | "keyring" | "nothing";
  readonly relay_only: boolean;
  readonly lan_discovery: boolean;
  readonly notifications: NotificationSettings;
  readonly keep_days: number | null;
  readonly read_receipts: boolean;
  readonly typing: boolean;
}

/** This view can show notifications, or can no longer. NotificationsChanged follows whenever there is something. */
export interface ShowNotifications {
  readonly request_id: string;
  readonly on: boolean;
}

/** Its cookie opens nothing any more, and its tabs are cut off. Again is fine. */
export interface SignOutBrowser {
  readonly request_id: string;
  readonly browser: string;
}

/** The whole account except old messages; a conversation brings its last one, GetTimeline the rest. */
export interface Snapshot {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly position: ViewPosition;
  readonly account: AccountView;
  readonly peers: readonly PeerView[];
  readonly conversations: readonly ConversationView[];
  readonly drafts: readonly DraftView[];
  readonly scheduled: readonly ScheduledView[];
  readonly browser_key: BrowserKey;
}

/** A line in which somebody says how they are. */
export interface StatusView {
  readonly text: string;
  readonly set_at: number;
  readonly until: number | null;
}

export interface StorageUse {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly messages: number;
  readonly bytes: number;
  readonly last_arrival: number;
}

/** Hold the session `cid` and follow it. Answer: Resumed if `after` is known, else Snapshot; then ViewEvents. */
export interface Subscribe {
  readonly request_id: string;
  readonly cid: Cid;
  readonly after?: ViewPosition | null;
}

/** Nobody comes by it any more. */
export interface TakeBackInvite {
  readonly request_id: string;
  readonly cid: Cid;
  readonly invite: string;
}

export interface TimelinePage {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly conversation: string;
  readonly messages: readonly MessageView[];
  readonly has_before: boolean;
  readonly has_after: boolean;
}

export interface TypingChanged {
  readonly type: "TypingChanged";
  readonly conversation: string;
  readonly typing: boolean;
}

export interface UnblockPeer {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
}

export interface UnmuteConversation {
  readonly request_id: string;
  readonly cid: Cid;
  readonly conversation: string;
}

export interface Unsubscribe {
  readonly request_id: string;
  readonly cid: Cid;
}

/** Events in order; `position` is where the last of them leads, `first_sequence` numbers the first. */
export interface ViewEvents {
  readonly cid: Cid;
  readonly request_id: string | null;
  readonly position: ViewPosition;
  readonly first_sequence: number;
  readonly events: readonly (AccountChanged | PeerChanged | PathChanged | ConversationChanged | MessageChanged | MessageRemoved | DraftChanged | DraftRemoved | ScheduledChanged | ScheduledRemoved | TypingChanged)[];
}

/** Where a view is in an account's stream; `epoch` changes with every start of the internal service. */
export interface ViewPosition {
  readonly epoch: string;
  readonly sequence: number;
}

/** Take back our request to register with this person. Answered after the server agreed. */
export interface WithdrawRegistration {
  readonly request_id: string;
  readonly cid: Cid;
  readonly peer: Cid;
}

export type ViewEvent = AccountChanged | PeerChanged | PathChanged | ConversationChanged | MessageChanged | MessageRemoved | DraftChanged | DraftRemoved | ScheduledChanged | ScheduledRemoved | TypingChanged;

export interface ExtensionRequests {
  readonly Hello: Hello;
  readonly Subscribe: Subscribe;
  readonly Unsubscribe: Unsubscribe;
  readonly ListDirectory: ListDirectory;
  readonly GetTimeline: GetTimeline;
  readonly SendChat: SendChat;
  readonly SetDraft: SetDraft;
  readonly MarkRead: MarkRead;
  readonly SetTyping: SetTyping;
  readonly WithdrawRegistration: WithdrawRegistration;
  readonly BlockPeer: BlockPeer;
  readonly UnblockPeer: UnblockPeer;
  readonly GetSafetyNumber: GetSafetyNumber;
  readonly SetVerified: SetVerified;
  readonly AcceptIdentity: AcceptIdentity;
  readonly SetSettings: SetSettings;
  readonly AddServerAddress: AddServerAddress;
  readonly RemoveServerAddress: RemoveServerAddress;
  readonly ConnectAccount: ConnectAccount;
  readonly ChangePassword: ChangePassword;
  readonly AdoptAccount: AdoptAccount;
  readonly ForgetFoundAccount: ForgetFoundAccount;
  readonly ForgetDamagedAccount: ForgetDamagedAccount;
  readonly ProbeServer: ProbeServer;
  readonly Ping: Ping;
  readonly GetAutostart: GetAutostart;
  readonly SetAutostart: SetAutostart;
  readonly ListBrowsers: ListBrowsers;
  readonly SignOutBrowser: SignOutBrowser;
  readonly SearchMessages: SearchMessages;
  readonly FindDay: FindDay;
  readonly MakeInvite: MakeInvite;
  readonly TakeBackInvite: TakeBackInvite;
  readonly ListInvites: ListInvites;
  readonly ReadInvitation: ReadInvitation;
  readonly OpenInvitation: OpenInvitation;
  readonly Join: Join;
  readonly GetReach: GetReach;
  readonly SetReach: SetReach;
  readonly EditMessage: EditMessage;
  readonly DeleteMessages: DeleteMessages;
  readonly ReactToMessage: ReactToMessage;
  readonly PinMessage: PinMessage;
  readonly MakeLinkPreview: MakeLinkPreview;
  readonly MarkUnread: MarkUnread;
  readonly ArrangeConversation: ArrangeConversation;
  readonly SetDisappearing: SetDisappearing;
  readonly GetStorageUse: GetStorageUse;
  readonly EmptyConversation: EmptyConversation;
  readonly SetRetention: SetRetention;
  readonly ChangeScheduled: ChangeScheduled;
  readonly CancelScheduled: CancelScheduled;
  readonly GetMessageVersions: GetMessageVersions;
  readonly ShowNotifications: ShowNotifications;
  readonly DismissNotification: DismissNotification;
  readonly LookAt: LookAt;
  readonly MuteConversation: MuteConversation;
  readonly UnmuteConversation: UnmuteConversation;
  readonly SetNotifications: SetNotifications;
  readonly GetDesktop: GetDesktop;
  readonly GetPicture: GetPicture;
  readonly SetPicture: SetPicture;
  readonly SetStatus: SetStatus;
  readonly SetRemark: SetRemark;
}

export interface ExtensionResponses {
  readonly Done: Done;
  readonly RequestRefused: RequestRefused;
  readonly HelloAccepted: HelloAccepted;
  readonly LocalAccountsChanged: LocalAccountsChanged;
  readonly Snapshot: Snapshot;
  readonly Resumed: Resumed;
  readonly ViewEvents: ViewEvents;
  readonly DirectoryPage: DirectoryPage;
  readonly TimelinePage: TimelinePage;
  readonly MessageQueued: MessageQueued;
  readonly MessageScheduled: MessageScheduled;
  readonly SafetyNumber: SafetyNumber;
  readonly ServerProbed: ServerProbed;
  readonly AutostartTold: AutostartTold;
  readonly BrowserList: BrowserList;
  readonly Pong: Pong;
  readonly MessagesFound: MessagesFound;
  readonly DayFound: DayFound;
  readonly InviteList: InviteList;
  readonly InvitationRead: InvitationRead;
  readonly ReachTold: ReachTold;
  readonly MessageVersions: MessageVersions;
  readonly LinkPreviewMade: LinkPreviewMade;
  readonly StorageUse: StorageUse;
  readonly ConversationEmptied: ConversationEmptied;
  readonly NotificationsChanged: NotificationsChanged;
  readonly DesktopTold: DesktopTold;
  readonly PictureTold: PictureTold;
}

/** The responses that mean success, the usual one first; any other one with the same request id is a refusal. */
export const ANSWERS = {
  Connect: ["ConnectSuccess", "SessionAlreadyActive"],
  Register: ["ConnectSuccess", "RegisterSuccess"],
  Message: ["MessageSendSuccess"],
  Disconnect: ["DisconnectNotification"],
  Deregister: ["DeregisterSuccess"],
  SendFile: ["SendFileRequestSuccess"],
  RespondFileTransfer: ["FileTransferStatusNotification"],
  DownloadFile: ["DownloadFileSuccess"],
  DeleteVirtualFile: ["DeleteVirtualFileSuccess"],
  PickFile: ["PickFileSuccess"],
  ListAllPeers: ["ListAllPeersResponse"],
  ListRegisteredPeers: ["ListRegisteredPeersResponse"],
  PeerConnect: ["PeerConnectSuccess"],
  PeerConnectAccept: ["PeerConnectAcceptSuccess", "PeerConnectSuccess"],
  PeerDisconnect: ["DisconnectNotification", "PeerDisconnectSuccess"],
  PeerRegister: ["PeerRegisterSuccess"],
  PeerRegisterRespond: ["PeerRegisterSuccess"],
  LocalDBGetKV: ["LocalDBGetKVSuccess"],
  LocalDBSetKV: ["LocalDBSetKVSuccess"],
  LocalDBDeleteKV: ["LocalDBDeleteKVSuccess"],
  LocalDBGetAllKV: ["LocalDBGetAllKVSuccess"],
  LocalDBClearAllKV: ["LocalDBClearAllKVSuccess"],
  GroupCreate: ["GroupCreateSuccess"],
  GroupInvite: ["GroupInviteSuccess"],
  GroupRespondRequest: ["GroupRespondRequestSuccess"],
  GroupMessage: ["GroupMessageSuccess"],
  GroupLeave: ["GroupLeaveSuccess"],
  GroupEnd: ["GroupEndSuccess"],
  GroupKick: ["GroupKickSuccess"],
  GroupListGroupsFor: ["GroupListGroupsSuccess"],
  GroupRequestJoin: ["GroupRequestJoinSuccess"],
  GetSessions: ["GetSessionsResponse"],
  GetAccountInformation: ["GetAccountInformationResponse"],
  ConnectionManagement: ["ConnectionManagementSuccess"],
  Batched: ["BatchedResponse"],
  Hello: ["HelloAccepted"],
  Subscribe: ["Snapshot", "Resumed"],
  Unsubscribe: ["Done"],
  ListDirectory: ["DirectoryPage"],
  GetTimeline: ["TimelinePage"],
  SendChat: ["MessageQueued", "MessageScheduled"],
  SetDraft: ["Done"],
  MarkRead: ["Done"],
  SetTyping: ["Done"],
  WithdrawRegistration: ["Done"],
  BlockPeer: ["Done"],
  UnblockPeer: ["Done"],
  GetSafetyNumber: ["SafetyNumber"],
  SetVerified: ["Done"],
  AcceptIdentity: ["Done"],
  SetSettings: ["Done"],
  AddServerAddress: ["Done"],
  RemoveServerAddress: ["Done"],
  ConnectAccount: ["ConnectSuccess", "SessionAlreadyActive"],
  ChangePassword: ["Done"],
  AdoptAccount: ["ConnectSuccess", "SessionAlreadyActive"],
  ForgetFoundAccount: ["Done"],
  ForgetDamagedAccount: ["Done"],
  ProbeServer: ["ServerProbed"],
  Ping: ["Pong"],
  GetAutostart: ["AutostartTold"],
  SetAutostart: ["AutostartTold"],
  ListBrowsers: ["BrowserList"],
  SignOutBrowser: ["Done"],
  SearchMessages: ["MessagesFound"],
  FindDay: ["DayFound"],
  MakeInvite: ["InviteList"],
  TakeBackInvite: ["InviteList"],
  ListInvites: ["InviteList"],
  ReadInvitation: ["InvitationRead"],
  OpenInvitation: ["Done"],
  Join: ["ConnectSuccess"],
  GetReach: ["ReachTold"],
  SetReach: ["ReachTold"],
  EditMessage: ["Done"],
  DeleteMessages: ["Done"],
  ReactToMessage: ["Done"],
  PinMessage: ["Done"],
  MakeLinkPreview: ["LinkPreviewMade"],
  MarkUnread: ["Done"],
  ArrangeConversation: ["Done"],
  SetDisappearing: ["Done"],
  GetStorageUse: ["StorageUse"],
  EmptyConversation: ["ConversationEmptied"],
  SetRetention: ["Done"],
  ChangeScheduled: ["Done"],
  CancelScheduled: ["Done"],
  GetMessageVersions: ["MessageVersions"],
  ShowNotifications: ["Done"],
  DismissNotification: ["Done"],
  LookAt: ["Done"],
  MuteConversation: ["Done"],
  UnmuteConversation: ["Done"],
  SetNotifications: ["Done"],
  GetDesktop: ["DesktopTold"],
  GetPicture: ["PictureTold"],
  SetPicture: ["Done"],
  SetStatus: ["Done"],
  SetRemark: ["Done"],
} as const;
