/** The message catalogue: every reason code as a sentence that a friend would say. */
import type { Reason } from "../api/generated";
import { dayOfMonth, sinceTime } from "./times";

/** Who and when the sentence is about. */
export interface About {
  /** The other person's name, where there is one. */
  readonly peer?: string | undefined;
  readonly server?: string | undefined;
  /** It is about a message that is written down and waits, not about something that was asked for now. */
  readonly waiting?: boolean;
  /** It is about a connection between the two computers. */
  readonly connection?: boolean;
  /** The present, where something else than now. */
  readonly now?: number;
}

interface Facts extends About {
  readonly now: number;
  readonly name: string;
  readonly params: Reason["params"];
}

type Sentence = (facts: Facts) => string;

const SENTENCES: Readonly<Record<string, Sentence>> = {
  server_away: (facts) =>
    `The server is away${since(facts)}. ` +
    (facts.waiting === true
      ? "This is kept safe here and leaves when it is back, or when a direct way opens."
      : "This works again when it is back."),
  peer_offline: (facts) =>
    `${facts.name} is offline${since(facts)}. ` +
    (facts.waiting === true
      ? "It is sealed on the server and arrives when they are back."
      : facts.connection === true
        ? "A connection to them is made when they are back."
        : "Wait until they are back."),
  not_accepting: ({ name }) => `${name} is not accepting messages from you.`,
  not_registered: ({ name }) => `You and ${name} have not agreed to talk yet.`,
  not_connected: ({ name }) => `You and ${name} are not connected. Connect first, then write.`,
  declined_recently: (facts) =>
    `${facts.name} declined not long ago. You can ask again${after(facts, "until")}.`,
  mailbox_full: ({ name }) =>
    `The server keeps no more for ${name}. It goes on when they have taken what waits for them.`,
  no_keys_yet: ({ name }) => `${name} has to be online once before this can be sealed for them.`,
  identity_changed: ({ name }) => `${name}’s identity changed. Nothing is sent until you have looked at it.`,
  wrong_password: () => "That password does not open this account.",
  username_taken: ({ params }) =>
    `${params.username ? `“${params.username}”` : "That username"} is taken on this server. Pick another one.`,
  username_kept_back: ({ params }) =>
    `Somebody had ${params.username ? `“${params.username}”` : "that username"}, or one that looks like it, until lately. It stays free of others for ${params.days === "1" ? "another day" : `another ${params.days ?? "few"} days`}, so that nobody is taken for them. Pick another one.`,
  username_confusable: ({ params }) =>
    `That username looks too much like ${params.existing ? `“${params.existing}”` : "one that exists"}. Pick another one.`,
  server_password_wrong: () => "The server did not take that server password.",
  server_unreachable: (facts) =>
    `${facts.params.address ?? facts.server ?? "The server"} does not answer. Check the address, and that the server is running.`,
  proxy_unreachable: ({ params }) =>
    `The proxy${at(params.proxy)} that leads to the server does not answer. Check its address, and that it is running.`,
  proxy_silent: ({ params }) =>
    `The proxy${at(params.proxy)} opened no way in time: it, or the server behind it, does not answer.`,
  proxy_login: ({ params }) =>
    `The proxy${at(params.proxy)} wants a user and password, or others than were set. Set them right and start Casemate again.`,
  proxy_refused: ({ params }) =>
    `The proxy${at(params.proxy)} lets nobody through to this server. Ask whoever runs the proxy.`,
  proxy_broke: ({ params }) =>
    `What answers${at(params.proxy)} is no proxy of the kind that was set. Check its address and kind.`,
  proxy_unusable: () =>
    "The proxy that was set for Casemate cannot be used. It is http://HOST:PORT or socks5h://HOST:PORT.",
  server_identity_changed: () =>
    "This server is not the one you joined: its identity changed. Nothing was sent to it. Ask whoever runs it before you go on.",
  fenced: () =>
    "A newer copy of this account took over. This one stops so that nothing gets mixed up. Close it, or sign out and in again here.",
  too_long: ({ params }) =>
    params.what === "introduction"
      ? `That line is too long (at most ${params.limit ?? "280"} characters, fewer with emoji). Shorten it.`
      : `That is too long for one message${params.limit ? ` (at most ${bytes(params.limit)})` : ""}. Split it, or send it as a file some day.`,
  too_many_requests: () => "That was a lot at once. Wait a moment, then try again.",
  too_many_links: () =>
    "Links of eight people wait for the server already. Open this one again when the server has been there.",
  unknown_peer: () => "Nobody with this address is on this server.",
  unknown_account: () => "There is no such account on this computer. Create one, or check the username.",
  blocked_by_you: ({ name }) => `You blocked ${name}. Unblock them first.`,
  signed_out: () => "This account is signed out.",
  expired: ({ name }) =>
    `This waited so long that the server let it go. It is kept here and sent again when ${name} is back.`,
  server_lost_it: () => "The server lost it. It is being sent again.",
  already_registered: ({ name }) => `You and ${name} agreed to talk already.`,
  already_connected: ({ name }) => `You and ${name} are connected already.`,
  declined: ({ name }) => `${name} declined.`,
  not_asked: ({ name }) => `There is no request of ${name} any more.`,
  withdrawn: () => "You took the request back.",
  withdrawn_recently: ({ name }) =>
    `You took your last request to ${name} back only minutes ago. You can ask again a little later.`,
  too_many_passwords: ({ params }) =>
    `Too many wrong server passwords were tried. Try again in ${params.seconds ?? "some"} seconds.`,
  too_many_accounts: ({ params }) =>
    `Many accounts were made from your network just now. Try again in ${params.seconds ?? "some"} seconds.`,
  not_registered_yet: ({ name }) =>
    `Waiting for ${name}: it goes as soon as their computer is on or, if the link has ended, once they accept.`,
  other_server: () => "This invitation is to another server than the one this account is at.",
  own_invitation: () => "This invitation is your own. Give it to somebody else.",
  no_invitation: ({ params }) =>
    params.problem === "newer"
      ? "This invitation was made by a newer Casemate. Update this one."
      : params.problem === "incomplete"
        ? "This invitation was not copied whole. Copy all of it."
        : "There is no invitation in that text. Copy the whole link.",
  inviter_unproven: () =>
    "The server showed somebody else than who invited you, so nothing was sent. Tell them, some other way.",
  registration_closed: () => "This server takes no new accounts. Ask whoever runs it.",
  invite_needed: () =>
    "This server takes new accounts by invitation only. Ask somebody who is there for a link.",
  invite_unknown: () => "The server does not know this invitation. Ask for a new one.",
  invite_ended: () => "This invitation was taken back. Ask for a new one.",
  invite_expired: () => "This invitation has expired. Ask for a new one.",
  invite_used: () => "This invitation was used already. Ask for a new one.",
  too_many_invites: () => "You have as many invitations as can be kept. End one, then make another.",
  too_many_invite_tries: ({ params }) =>
    `Too many wrong invitations were tried from your network. Try again in ${params.seconds ?? "some"} seconds.`,
  request_expired: ({ name }) => `Your request to ${name} waited too long and was let go. You can ask again.`,
  account_gone: ({ name }) => `${name} has deleted their account.`,
  unknown_device: ({ name }) => `The device of ${name} is gone.`,
  username_invalid: () => "A username has no spaces, and every character of it can be seen.",
  full_name_invalid: () => "Nothing of that name can be seen. Pick another one.",
  too_short: ({ params }) => `That is too short${params.limit ? ` (at least ${params.limit} bytes)` : ""}.`,
  account_exists: ({ params }) =>
    `This key has an account already${params.username ? `: “${params.username}”` : " under another name"}.`,
  cid_taken: () => "By a rare chance the new key looks like another one. Try again.",
  device_taken: () => "This device belongs to another account on that server.",
  device_removed: () => "This device was removed from the account. Nothing is sent from here any more.",
  not_on_server: () => "The server has no such account: it was deleted, or this is another server.",
  several_accounts: ({ params }) =>
    `Several accounts here are called ${params.name ? `“${params.name}”` : "that"}. Pick one from the start page.`,
  no_session: ({ params }) => `Sign in to ${params.name ?? "this account"} first.`,
  account_damaged: ({ params }) => damagedFile(params),
  account_older: ({ params }) =>
    `The file of this account is older than it was${params.file ? ` (${params.file})` : ""}: its log (-wal) is gone or cut, ` +
    "or an older copy was put back. It starts anew with everybody, and they give back what they have.",
  machine_key_changed: () =>
    "This computer’s key is another one now, so the account could not be kept open. Sign in once more; nothing is lost.",
  list_lost: ({ params, now }) =>
    `This computer’s list of accounts was found ${lossOf(params.what)}${on(params, now)}. ` +
    "No account is lost: each file that was found opens with its password." +
    (params.kept_as ? ` The old list was kept as ${params.kept_as}.` : ""),
  no_password_vault: ({ params }) =>
    `The key of ${params.file ?? "this file"} does not lie beside it, so the password cannot open it. ` +
    "Put back the service.db that knew it, then start Casemate again.",
  never_created: ({ params }) =>
    `Creating ${params.username ? `“${params.username}”` : "this account"} was never finished. ` +
    "Create the account again with the same password, and it goes on.",
  disk_low: ({ params }) =>
    `This computer’s disk is nearly full (less than ${params.megabytes ?? "256"} MB left). ` +
    "Make room soon: without any, nothing new can be kept here.",
  server_full: () =>
    "The server’s disk is full, so it takes nothing new. This goes on by itself when whoever runs it has made room.",
  too_many_accounts_open: () =>
    "This computer lets Casemate open no more accounts at once. Sign out of one first, or raise the limit of open files (ulimit -n) and start Casemate again.",
  disk_full: () =>
    "There is no room on this computer’s disk. What is here stays readable; make room, and it goes on by itself.",
  update_server: ({ params }) =>
    params.what === "invitations"
      ? "The server is too old to let people in by a link. Whoever runs it has to update it; until then, people make an account there themselves."
      : "What answers at the server’s address is too old for this program. Whoever runs it has to update it.",
  update_this_computer: () => `${TOO_OLD} Update Casemate on this computer.`,
  broke_protocol: () => "The server and this program do not understand each other. Update both.",
  no_direct_path_yet: ({ name }) => `A connection to ${name} is being made right now.`,
  path_doubtful: ({ name }) =>
    `${name} has not answered for a moment, so messages go through the server as well.`,
  peer_unreachable: ({ name }) =>
    `${name}’s computer does not answer right now. It is tried again by itself.`,
  relay_unreachable: () => "The server’s relay does not answer right now. It is tried again by itself.",
  no_relay: () => "Connections between people are switched off, on this computer or at the server.",
  appearing_offline: () => "You appear offline, and a connection of your own would give you away.",
  relay_only_on: () => "You hide your address, so everything takes the server’s relay.",
  relay_only_there: ({ name }) => `${name} hides their address, so everything takes the server’s relay.`,
  udp_off: () => "One of you asked for this connection without UDP, which a direct way needs.",
  udp_blocked_here: () => "Your network blocks UDP, which a direct way needs.",
  udp_blocked_there: ({ name }) => `${name}’s network blocks UDP, which a direct way needs.`,
  nats_change_ports: () =>
    "The routers between you change ports with every connection, so no direct way can be opened.",
  no_direct_route: () => "No direct way was found. It is tried again by itself.",
  timed_out: ({ name }) => `${name} did not answer in time.`,
  message_gone: () => "This message is not there any more.",
  not_editable: () => "Only text can be edited.",
  still_under_way: () =>
    "This message has not arrived yet. Take it back for everybody, or wait until it has.",
  already_sent: () => "It has been sent already. You can still take it back from everybody.",
  held_back: () =>
    "Older data was put back on this computer, so this may have been sent or cancelled since. Send it or delete it.",
  too_many_scheduled: () => "Too many messages wait to be sent later already. Send or delete some of them.",
  preview_relay_only: () =>
    "Your settings keep this computer’s address from others, and the page would learn it. So no preview is made.",
  preview_proxy: () =>
    "This computer reaches the internet through a proxy, and previews are not made through one.",
  preview_not_public: () => "Previews are made only of pages that everybody on the internet can reach.",
  preview_elsewhere: ({ params }) =>
    `The link leads on to ${params.host ?? "another site"}, and a preview would hide that.`,
  preview_nothing: () => "That page says nothing of itself that could be shown.",
  preview_unreachable: () => "The page did not answer in time.",
  too_many_previews: () => "That were many previews at once. Wait a minute.",
  already_running: () => "That is under way already. Give it a moment.",
  draft_moved: () => "Another window went on with this text.",
  too_many_drafts: () => "Too many texts are begun here already. Send or discard one of them.",
  storage_full: () => "There is no room left for that.",
  settings_not_offered: () => "These settings are not offered.",
  batch_too_long: () => "That was too much at once.",
  malformed: () => "That request could not be understood. Reload the page; it may be older than the service.",
  key_not_found: () => "There is nothing under that name.",
  autostart_nothing: () =>
    "Nothing on this computer starts programs for you: neither a desktop nor a systemd of your own runs here.",
  autostart_platform: () =>
    "Starting with the computer is not supported on this system yet. Its own settings can start “casemate up --no-browser”.",
  autostart_fetched: () =>
    "This Casemate was fetched for one run only, so it cannot start with this computer. To keep it, install it (with uv tool install, or pipx), and start that one.",
  autostart_not_ours: ({ params }) =>
    `${params.file ?? "Another file"} is not as Casemate wrote it, so it was left alone. Move it away first.`,
  autostart_path: ({ params }) =>
    `This cannot be started with the computer because of the folder that it is in${params.path ? ` (${params.path})` : ""}. Move it to one with a plainer name.`,
  autostart_failed: ({ params }) =>
    `Nothing was changed: ${params.file ?? "the file for it"} could not be set up${params.detail ? ` (${params.detail})` : ""}.`,
  autostart_other: ({ params }) =>
    `Another one starts with this computer so far${params.command ? `: ${params.command}` : ""}. Turning this on replaces it.`,
  autostart_gone: ({ params }) =>
    `What is set to start is no longer there${params.command ? `: ${params.command}` : ""}. Turning this on sets it right.`,
  views_only: () => "Only a browser tab may ask for that.",
  not_available_yet: () => "That is not available yet.",
  internal: () =>
    "Something went wrong in Casemate on this computer. Try again; if it stays, its log says more.",
  refused: () => "That was refused.",
  /** Made by this page, not by the service. */
  connection_lost: () => "The connection to Casemate on this computer broke before it answered. Try again.",
};

export function sentenceOf(reason: Reason, about: About = {}): string {
  const facts: Facts = {
    now: Date.now(),
    ...about,
    name: about.peer ?? "This person",
    params: reason.params,
  };
  return SENTENCES[reason.code]?.(facts) ?? unknownReason(reason);
}

/** What someone who helps wants to read; copyable. */
export function technicalDetail(reason: Reason): string {
  const params = Object.entries(reason.params).map(([name, value]) => `${name}=${value}`);
  return [reason.code, ...params].join(" ");
}

export function knownCodes(): readonly string[] {
  return Object.keys(SENTENCES);
}

/** The catalogue does not have it: still a sentence, and the code for whoever helps. */
export function isKnownReason(reason: Reason): boolean {
  return reason.code in SENTENCES && reason.code !== "refused";
}

function unknownReason(reason: Reason): string {
  switch (reason.acts) {
    case "retry":
      return "That did not work this time. Try again in a moment.";
    case "admin":
      return "That did not work. Whoever runs the server has to look at it.";
    case "peer":
      return "That has to wait for the other person.";
    case "user":
      return "That did not work like this.";
  }
}

/** Of this program; what to do about it is said by whoever knows how it was installed. */
export const TOO_OLD = "This program is too old for what answers at the server’s address.";

function damagedFile(params: Reason["params"]): string {
  const file = params.file ? ` (${params.file})` : "";
  switch (params.what) {
    case "missing":
      return `The file of this account is missing${file}. Put it back; the others go on.`;
    case "newer":
      return `The file of this account was written by a newer Casemate${file}. Update this program.`;
    case "unreadable":
      return `The disk does not give the file of this account${file}. Look at the disk; the file may be whole.`;
    default:
      return `The file of this account is damaged${file}. It was left as it is: put back a copy of it. The others go on.`;
  }
}

function lossOf(what: string | undefined): string {
  return what === "missing" || what === "empty" ? what : what === "older" ? "older than it was" : "damaged";
}

function on(params: Reason["params"], now: number): string {
  const time = Number(params.since);
  return Number.isFinite(time) && time > 0 ? ` (${sinceTime(time, now)})` : "";
}

function at(place: string | undefined): string {
  return place ? ` at ${place}` : "";
}

function since({ params, now }: Facts): string {
  const time = Number(params.since);
  return Number.isFinite(time) && time > 0 ? ` since ${sinceTime(time, now)}` : "";
}

function after({ params }: Facts, name: string): string {
  const time = Number(params[name]);
  if (!Number.isFinite(time) || time <= 0) return " later";
  return ` after ${dayOfMonth(time)}`;
}

function bytes(limit: string): string {
  const count = Number(limit);
  if (!Number.isFinite(count)) return limit;
  return count >= 1_048_576
    ? `${(count / 1_048_576).toFixed(0)} MB`
    : `${Math.ceil(count / 1024).toString()} kB`;
}
