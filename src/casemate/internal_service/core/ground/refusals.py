"""Requests that cannot be done: the catalogue of reasons as exceptions."""

from typing import Final

from casemate.protocol.client.views import Acts, Reason
from casemate.protocol.link import OpeningRefused, RequestFailed

UPDATES: Final = frozenset({"update_server", "update_this_computer"})
"""One side's program is too old for the other's."""
_TOLD_PARAMS: Final = 8
_TOLD_CODE_CHARACTERS: Final = 64
_TOLD_CHARACTERS: Final = 1024
"""Of a username, say, and far beyond it."""

_ACTS: dict[str, Acts] = {
    "wrong_password": "user",
    "unknown_account": "user",
    "several_accounts": "user",
    "account_damaged": "user",
    "account_older": "user",
    "machine_key_changed": "user",
    "list_lost": "user",
    "no_password_vault": "user",
    "never_created": "user",
    "too_many_accounts_open": "user",
    "disk_full": "retry",
    "server_full": "admin",
    "disk_low": "user",
    "no_session": "user",
    "key_not_found": "user",
    "storage_full": "user",
    "draft_moved": "user",
    "too_many_drafts": "user",
    "settings_not_offered": "user",
    "views_only": "user",
    "not_available_yet": "user",
    "timed_out": "peer",
    "message_gone": "user",
    "not_editable": "user",
    "still_under_way": "user",
    "already_sent": "user",
    "held_back": "user",
    "too_many_scheduled": "user",
    "preview_relay_only": "user",
    "preview_proxy": "user",
    "preview_not_public": "user",
    "preview_elsewhere": "user",
    "preview_nothing": "user",
    "preview_unreachable": "retry",
    "too_many_previews": "retry",
    "already_running": "retry",
    "username_taken": "user",
    "username_kept_back": "user",
    "username_confusable": "user",
    "server_password_wrong": "user",
    "username_invalid": "user",
    "full_name_invalid": "user",
    "too_short": "user",
    "too_long": "user",
    "account_exists": "user",
    "not_on_server": "user",
    "device_removed": "user",
    "device_taken": "user",
    "cid_taken": "retry",
    "unknown_device": "peer",
    "unknown_peer": "user",
    "already_registered": "user",
    "already_connected": "user",
    "blocked_by_you": "user",
    "signed_out": "user",
    "not_asked": "user",
    "not_connected": "user",
    "not_registered": "user",
    "not_registered_yet": "peer",
    "other_server": "user",
    "own_invitation": "user",
    "no_invitation": "user",
    "inviter_unproven": "admin",
    "identity_changed": "user",
    "malformed": "user",
    "batch_too_long": "user",
    "fenced": "user",
    "server_identity_changed": "admin",
    "broke_protocol": "admin",
    "update_server": "admin",
    "update_this_computer": "user",
    "not_accepting": "peer",
    "declined": "peer",
    "declined_recently": "peer",
    "withdrawn": "user",
    "withdrawn_recently": "user",
    "too_many_passwords": "retry",
    "too_many_accounts": "retry",
    "registration_closed": "admin",
    "invite_needed": "peer",
    "invite_unknown": "peer",
    "invite_expired": "peer",
    "invite_ended": "peer",
    "invite_used": "peer",
    "too_many_invites": "user",
    "too_many_invite_tries": "retry",
    "account_gone": "peer",
    "request_expired": "peer",
    "expired": "peer",
    "mailbox_full": "peer",
    "no_keys_yet": "retry",
    "server_away": "retry",
    "server_unreachable": "retry",
    "proxy_unreachable": "user",
    "proxy_silent": "retry",
    "proxy_login": "user",
    "proxy_refused": "user",
    "proxy_broke": "user",
    "proxy_unusable": "user",
    "server_lost_it": "retry",
    "no_direct_path_yet": "retry",
    "peer_offline": "peer",
    "path_doubtful": "retry",
    "peer_unreachable": "retry",
    "relay_unreachable": "admin",
    "no_relay": "admin",
    "appearing_offline": "user",
    "relay_only_on": "user",
    "relay_only_there": "peer",
    "udp_off": "user",
    "udp_blocked_here": "admin",
    "udp_blocked_there": "peer",
    "nats_change_ports": "admin",
    "no_direct_route": "retry",
    "too_many_links": "retry",
    "too_many_requests": "retry",
    "autostart_nothing": "user",
    "autostart_platform": "user",
    "autostart_fetched": "user",
    "autostart_not_ours": "user",
    "autostart_path": "user",
    "autostart_failed": "user",
    "autostart_other": "user",
    "autostart_gone": "user",
    "internal": "retry",
}


def reason(code: str, **params: str) -> Reason:
    """A reason of the catalogue."""
    return Reason(code=code, params=params, acts=_ACTS.get(code, "retry"))


def told_reason(told: OpeningRefused | RequestFailed) -> Reason:
    """What a server says of why, in bounds; codes that a newer one may invent are passed on as temporary."""
    params = {
        name: value
        for name, value in list(told.params.items())[:_TOLD_PARAMS]
        if len(name) <= _TOLD_CODE_CHARACTERS and len(value) <= _TOLD_CHARACTERS
    }
    code = told.code if len(told.code) <= _TOLD_CODE_CHARACTERS else "internal"
    return Reason(code=code, params=params, acts=_ACTS.get(code, "retry"))


class Refused(Exception):
    """A request that cannot be done; nothing was changed."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


def reason_codes() -> set[str]:
    """Every code of the catalogue."""
    return set(_ACTS)


def refuse(code: str, **params: str) -> Refused:
    return Refused(reason(code, **params))
