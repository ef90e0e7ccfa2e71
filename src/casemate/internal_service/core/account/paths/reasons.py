"""Why the path to a peer is not direct, or is none at all, most telling first."""

from typing import Final

from casemate.internal_service.core.account.context import Context, milliseconds
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.path import PeerPath
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.refusals import reason
from casemate.protocol.client.views import LinkView, Reason
from casemate.protocol.peer import Network

FAILURES_TOLD: Final = 2
"""Attempts in vain after which we no longer say that a connection is being made."""


def why_away(link: LinkView) -> Reason:
    return reason("fenced") if link.state == "fenced" else reason("server_away", since=str(link.since))


def why_no_path(
    context: Context, link: Link, endpoint: Endpoint, peer: Peer, path: PeerPath | None, refused: str | None
) -> Reason:
    """Why messages take the mailbox, or not even that; `refused`: why the server did not take the last deposit."""
    if peer.blocked:
        return reason("blocked_by_you")
    if peer.identity_changed:
        return reason("identity_changed")
    if link.stage != "online":
        return why_away(link.view())
    if refused is not None:
        return reason(refused)
    presence = context.store.presence(peer.account_id)
    if presence is not None and not presence.online:
        since = "" if presence.since is None else str(milliseconds(presence.since))
        return reason("peer_offline", since=since)
    if context.profile.appear_offline:
        return reason("appearing_offline")
    if peer.connect_udp_mode != "Enabled" and not endpoint.relay_only:
        return reason("udp_off")
    if endpoint.is_off or (endpoint.is_open and not endpoint.has_relay):
        return reason("no_relay")
    if path is not None and path.doubtful_since is not None:
        return reason("path_doubtful")
    if path is None or path.failures < FAILURES_TOLD:
        return reason("no_direct_path_yet")
    return reason("peer_unreachable" if endpoint.relay_connected else "relay_unreachable")


def why_relayed(context: Context, endpoint: Endpoint, peer: Peer, theirs: Network) -> Reason:
    """Why packets take the relay."""
    ours = endpoint.network
    if context.profile.relay_only:
        return reason("relay_only_on")
    if peer.connect_udp_mode != "Enabled":
        return reason("udp_off")
    if theirs.relay_only:
        return reason("relay_only_there")
    if ours.udp == "blocked":
        return reason("udp_blocked_here")
    if theirs.udp == "blocked":
        return reason("udp_blocked_there")
    if "changing" in (ours.nat, theirs.nat):
        return reason("nats_change_ports")
    return reason("no_direct_route")
