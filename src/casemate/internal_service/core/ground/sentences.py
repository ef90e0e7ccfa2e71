"""Reasons in English, for clients that show `message`; our own UI words the codes itself."""

from typing import Final

from casemate.protocol.client.views import Reason

_SENTENCES: Final[dict[str, str]] = {
    "wrong_password": "The password is wrong.",
    "username_taken": "The username is taken on this server.",
    "username_kept_back": "Somebody had this username until lately. It is free for others in {days} days.",
    "username_confusable": "The username looks too much like another one on this server.",
    "username_invalid": "The username holds blanks or something that is not drawn.",
    "full_name_invalid": "The full name holds nothing that is drawn.",
    "too_short": "Something is shorter than allowed.",
    "account_exists": "This account exists already under another name.",
    "device_taken": "Another account lists this device.",
    "cid_taken": "Another account has this id; try again.",
    "unknown_device": "This person's device is gone.",
    "no_keys_yet": "There are no keys of this person to seal with yet.",
    "server_lost_it": "The server no longer holds it; it is being sent again.",
    "no_direct_path_yet": "A connection to this person is being made.",
    "peer_offline": "This person is offline.",
    "path_doubtful": "This person has not answered for a moment; messages take the mailbox as well.",
    "peer_unreachable": "This person's computer does not answer; messages take the mailbox.",
    "relay_unreachable": "The server's relay cannot be reached from here.",
    "no_relay": "Connections between people are switched off here or at the server.",
    "appearing_offline": "You appear offline; a connection of your own would give you away.",
    "relay_only_on": "Relay only is on: your address stays hidden.",
    "relay_only_there": "This person hides their address: relay only is on there.",
    "udp_off": "This connection was asked for without UDP.",
    "udp_blocked_here": "Your network blocks UDP.",
    "udp_blocked_there": "This person's network blocks UDP.",
    "nats_change_ports": "Routers that change ports stand in between.",
    "no_direct_route": "No direct way was found.",
    "not_on_server": "The server has no such account.",
    "device_removed": "This device no longer belongs to the account.",
    "fenced": "A newer start of this device is connected.",
    "update_server": "The server must be updated.",
    "update_this_computer": "This computer's Casemate must be updated.",
    "broke_protocol": "The server sent what is not allowed.",
    "mailbox_full": "Too many messages wait for this person.",
    "account_gone": "This account no longer exists.",
    "server_password_wrong": "This server asks for a server password, and the one given is not right.",
    "unknown_account": "No account of this name is on this computer.",
    "several_accounts": "Several accounts of this name open with this password; choose one (ConnectAccount).",
    "account_damaged": "The database of {name} is {what}; it was left as it is: {file}. Put back a copy of that file.",
    "account_older": (
        "The database of {name} is older than it was: {file}. Its log is gone or cut, or an older copy was put back. "
        "It begins anew with everybody; the others give back what they have."
    ),
    "machine_key_changed": "The key that kept {name} open on this computer is another one now; sign in again.",
    "list_lost": "This computer's list of accounts was {what}; account files that were found open with their password.",
    "no_password_vault": "No password vault lies beside {file}; put back the list of accounts that named it.",
    "never_created": "Creating {username} was never finished; create the account again with the same password.",
    "disk_low": "This computer's disk has less than {megabytes} MB left; soon nothing new can be kept.",
    "server_full": "The server has no room on its disk; it takes nothing new until there is.",
    "too_many_accounts_open": (
        "This computer lets Casemate open no more accounts at once; sign out of one, or raise the limit of open files."
    ),
    "disk_full": "There is no room on this computer's disk; nothing new is kept until there is.",
    "message_gone": "This message is not there any more, or is not yours to change.",
    "not_editable": "Only text can be edited.",
    "still_under_way": "This message has not arrived yet: take it back for everybody, or wait.",
    "already_sent": "This message was sent already: it can be taken back from everybody.",
    "held_back": "This computer's data is older than it was: this may have been sent or cancelled since.",
    "too_many_scheduled": "Too many messages wait to be sent later already; send or delete some of them.",
    "preview_relay_only": "Others are to learn no address of this computer, and a page would: no preview is made.",
    "preview_proxy": "This computer reaches the internet through a proxy, and previews are not made through one.",
    "preview_not_public": "Previews are made of public pages only, at the usual ports.",
    "preview_elsewhere": "The link leads on to {host}; a preview of it would not say so.",
    "preview_nothing": "This page says nothing of itself that could be shown.",
    "preview_unreachable": "The page did not answer in time.",
    "too_many_previews": "Too many previews were asked for; wait a minute.",
    "already_running": "The same request is already under way.",
    "unknown_peer": "The server does not know this account.",
    "already_registered": "Peer {peer} is already registered",
    "already_connected": "Already connected to peer {peer}",
    "not_connected": "Peer connection for {peer} not found",
    "not_registered": "Peer {peer} is not registered with this account.",
    "not_asked": "No pending request from peer {peer}.",
    "blocked_by_you": "You block this person.",
    "no_session": "Connection for {cid} not found",
    "signed_out": "Sign in to {name} first",
    "identity_changed": "This person's identity has changed; nothing is sent until that is accepted.",
    "not_accepting": "This person does not accept requests or messages.",
    "declined": "The request was declined.",
    "withdrawn": "The request was taken back.",
    "withdrawn_recently": "The last request was taken back only minutes ago; ask again later.",
    "too_many_passwords": "Too many wrong server passwords came from there; try again in {seconds} seconds.",
    "too_many_accounts": "Too many accounts were made from this network; try again in {seconds} seconds.",
    "not_registered_yet": "It goes as soon as their computer is on or, if the link has ended, once they accept.",
    "other_server": "This invitation is to another server than this account's.",
    "own_invitation": "This is an invitation of your own.",
    "no_invitation": "This is no invitation, or not a whole one: {problem}.",
    "inviter_unproven": "The server showed somebody else than who made the invitation; nothing was sent.",
    "registration_closed": "This server takes no new accounts.",
    "invite_needed": "This server takes new accounts by invitation only.",
    "invite_unknown": "The server does not know this invitation: the link was altered, or it has ended long ago.",
    "invite_ended": "This invitation was taken back.",
    "invite_expired": "This invitation has expired; ask for a new one.",
    "invite_used": "This invitation was used as often as it may be; ask for a new one.",
    "too_many_invites": "You have as many invitations as can be kept; end one first.",
    "too_many_invite_tries": "Too many wrong invitations came from there; try again in {seconds} seconds.",
    "declined_recently": "This person declined recently; ask again later.",
    "request_expired": "The request was not answered in time.",
    "expired": "The server kept it for as long as it keeps anything; it goes again when this person is back.",
    "server_away": "The server cannot be reached right now.",
    "server_unreachable": "The server cannot be reached.",
    "proxy_unreachable": "The proxy {proxy}, which leads to the server, does not answer.",
    "proxy_silent": "The proxy {proxy} opened no way in time: it, or the server behind it, does not answer.",
    "proxy_login": "The proxy {proxy} wants another user and password.",
    "proxy_refused": "The proxy {proxy} lets nobody through to the server.",
    "proxy_broke": "What answers at {proxy} is no proxy of the kind that was set.",
    "proxy_unusable": "The proxy that is set cannot be used: it is http://HOST:PORT or socks5h://HOST:PORT.",
    "server_identity_changed": "The server's identity is not the one that was seen before.",
    "timed_out": "timed out after 30 seconds",
    "too_many_links": "Links of eight people wait for the server already; open this one when it has been there.",
    "too_many_requests": "Too many requests are waiting; try again later.",
    "too_long": "Something is longer than allowed.",
    "malformed": "The request is not well-formed.",
    "batch_too_long": "A batch runs at most 1,000 commands; this one was not run.",
    "not_available_yet": "not available yet",
    "settings_not_offered": "These security settings are not offered: {what}.",
    "key_not_found": "Key not found",
    "draft_moved": "Another window wrote this draft meanwhile.",
    "too_many_drafts": "Too many drafts are kept already.",
    "storage_full": "The key-value store of this account is full.",
    "views_only": "Only a view (a socket that sent Hello first) may ask this.",
    "autostart_nothing": (
        "Nothing here starts programs for you: neither a systemd of your own nor a desktop runs. Where the computer's "
        "own systemd does, a system unit can run `casemate up` as your user."
    ),
    "autostart_platform": (
        "Starting with the computer is not supported on this system: have its own means run `casemate up --no-browser`."
    ),
    "autostart_fetched": (
        "This Casemate was fetched for one run, into a cache that may be emptied at any time: install it "
        "(`uv tool install`, or pipx), and start that one."
    ),
    "autostart_not_ours": (
        "{file} is there and is not, or no longer, as Casemate wrote it; it was left as it is. Move it away first."
    ),
    "autostart_path": "{path} cannot be written into what starts with this computer; move it to a plainer path.",
    "autostart_failed": "Nothing was changed: {file} could not be set up ({detail}).",
    "autostart_other": "Another one starts with this computer: {command}.",
    "autostart_gone": "Set to start is a program that is no longer there: {command}.",
    "internal": "Something went wrong inside the service; nothing was changed.",
}


class _Params(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(reason: Reason, **known: str) -> str:
    """What `message` says; `known` fills in what the reason leaves out. A code without a sentence is shown itself."""
    text = _SENTENCES.get(reason.code)
    if text is None:
        return reason.code.replace("_", " ")
    return text.format_map(_Params({**known, **reason.params}))


def worded_codes() -> set[str]:
    """The codes that have a sentence of their own."""
    return set(_SENTENCES)
