"""Being connected: a durable agreement of two registered peers to talk, made through sealed contents.

Each attempt has a round number. Requests that cross agree by themselves on the higher round; an answer or a goodbye of
an earlier round changes nothing.

Who ended it, and who began it again, is a line of the conversation on both sides: written where the state changes, in
the same transaction, so that what is said twice, or crosses, is one line.
"""

from dataclasses import replace

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.contents import (
    ConnectAnswer,
    ConnectEnd,
    ConnectRequest,
    decode_connect_answer,
    decode_connect_request,
    decode_disconnect,
    encode,
)
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.notes import Note, write_note
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import ConnectSettled, ConnectWanted, PeerChanged, PeerDisconnected
from casemate.internal_service.core.ground.refusals import reason, refuse
from casemate.node import Instant
from casemate.protocol.ids import DeviceId

DEFAULT_SETTINGS = b""
DEFAULT_UDP_MODE = "Enabled"
FIRST_ROUND = 1


class Agreement:
    def __init__(self, context: Context, outbox: Outbox) -> None:
        self._context = context
        self._outbox = outbox

    # ------------------------------------------------------------------------------------------------------ operations

    def connect(self, peer: Peer, settings: bytes, udp_mode: str, now: Instant) -> Outcome:
        """Ask, or accept what the peer asked. Raises Refused."""
        if peer.relation != "registered":
            raise refuse("not_registered")
        if peer.blocked:
            raise refuse("blocked_by_you")
        match peer.connection:
            case "connected":
                raise refuse("already_connected")
            case "asks_you":
                return self.answer(peer, True, udp_mode, now)
            case "asking":
                return []
        peer = replace(
            peer,
            connection="asking",
            connection_round=peer.connection_round + 1,
            connect_settings=settings,
            connect_udp_mode=udp_mode,
        )
        self._context.put_peer(peer)
        request = ConnectRequest(peer.connection_round, settings, udp_mode)
        self._outbox.write(peer, Kind.CONNECT_REQUEST, encode(request), now)
        return [PeerChanged(peer.cid)]

    def answer(self, peer: Peer, accept: bool, udp_mode: str, now: Instant) -> Outcome:
        """Accept or decline what the peer asked. Raises Refused."""
        if peer.blocked:
            raise refuse("blocked_by_you")
        if peer.connection == "connected" and accept:
            return []
        if peer.connection != "asks_you":
            raise refuse("not_asked")
        peer = replace(peer, connect_udp_mode=_both(peer.connect_udp_mode, udp_mode))
        answer = ConnectAnswer(peer.connection_round, accept, udp_mode)
        outcome = self._settle(peer, Note.CONNECTED_THERE, now) if accept else self._leave(peer)
        self._outbox.write(peer, Kind.CONNECT_ANSWER, encode(answer), now)
        return outcome

    def disconnect(self, peer: Peer, now: Instant) -> Outcome:
        """End it; registration stays. Raises Refused."""
        if peer.connection not in ("connected", "asking"):
            raise refuse("not_connected")
        goodbye = ConnectEnd(peer.connection_round)
        outcome = self._leave(peer)
        self._outbox.write(peer, Kind.DISCONNECT, encode(goodbye), now)
        if peer.connection == "connected":
            outcome += write_note(self._context, peer, Note.DISCONNECTED, "", now)
        return outcome

    # ------------------------------------------------------------------------------------------------ sealed contents

    def asked(self, peer: Peer, body: bytes, now: Instant) -> Outcome:
        request = decode_connect_request(body)
        newest = max(peer.connection_round, request.round)
        if peer.connection == "asking":
            udp_mode = _both(peer.connect_udp_mode, request.udp_mode)
            peer = replace(peer, connection_round=newest, connect_udp_mode=udp_mode)
            return self._settle(peer, Note.CONNECTED, now)
        if request.round < peer.connection_round and peer.connection == "none":
            # Their data was restored and counts from before: they hear the newest round, and ask in a higher one.
            self._outbox.write(peer, Kind.DISCONNECT, encode(ConnectEnd(peer.connection_round)), now)
            return []
        if request.round <= peer.connection_round and peer.connection != "connected":
            return []  # an old request that came again
        invited = peer.met == "by_our_invitation" and request.round == FIRST_ROUND
        unasked = peer.connection == "connected" or invited or self._context.profile.auto_connect
        # Where nobody is asked here, they cannot take back that UDP was not wanted.
        agreed_before = unasked and peer.connection_round > 0
        udp_mode = _both(peer.connect_udp_mode, request.udp_mode) if agreed_before else request.udp_mode
        peer = replace(peer, connection_round=newest, connect_settings=request.settings, connect_udp_mode=udp_mode)
        if unasked:
            settled = self._settle(peer, Note.CONNECTED_THERE, now)
            answer = ConnectAnswer(newest, True, peer.connect_udp_mode)
            self._outbox.write(peer, Kind.CONNECT_ANSWER, encode(answer), now)
            return settled
        self._context.put_peer(replace(peer, connection="asks_you"))
        return [PeerChanged(peer.cid), ConnectWanted(peer.cid, request.settings, request.udp_mode)]

    def answered(self, peer: Peer, body: bytes, now: Instant) -> Outcome:
        answer = decode_connect_answer(body)
        if peer.connection != "asking" or answer.round < peer.connection_round:
            return []
        if answer.accept:
            udp_mode = _both(peer.connect_udp_mode, answer.udp_mode)
            peer = replace(peer, connection_round=answer.round, connect_udp_mode=udp_mode)
            return self._settle(peer, Note.CONNECTED, now)
        return [*self._leave(peer), ConnectSettled(peer.cid, reason("declined"))]

    def ended(self, peer: Peer, body: bytes, now: Instant) -> Outcome:
        goodbye = decode_disconnect(body)
        if goodbye.round > peer.connection_round:
            peer = replace(peer, connection_round=goodbye.round)
            self._context.put_peer(peer)
            if peer.connection == "asking":
                return self.connect(replace(peer, connection="none"), peer.connect_settings, peer.connect_udp_mode, now)
        if peer.connection not in ("connected", "asks_you") or goodbye.round < peer.connection_round:
            return []
        outcome = [*self._leave(peer), PeerDisconnected(peer.cid)]
        if peer.connection == "connected":
            outcome += write_note(self._context, peer, Note.DISCONNECTED_THERE, "", now)
        return outcome

    def registered(self, peer: Peer, *, we_asked: bool, now: Instant) -> Outcome:
        """With `auto_connect` the one who asked to register goes on to connect."""
        profile = self._context.store.profile()
        if not we_asked or profile is None or not profile.auto_connect or peer.connection != "none":
            return []
        return self.connect(peer, DEFAULT_SETTINGS, DEFAULT_UDP_MODE, now)

    def repeat(self, peer: Peer, device: DeviceId, now: Instant) -> None:
        """Say the present state again, in its round; where they know it already, nothing changes."""
        match peer.connection:
            case "asking" | "connected":
                request = ConnectRequest(peer.connection_round, peer.connect_settings, peer.connect_udp_mode)
                self._outbox.write(peer, Kind.CONNECT_REQUEST, encode(request), now, to=device)
            case "none" if peer.connection_round > 0:
                self._outbox.write(peer, Kind.DISCONNECT, encode(ConnectEnd(peer.connection_round)), now, to=device)

    def _settle(self, peer: Peer, note: Note, now: Instant) -> Outcome:
        """Connected; said in the conversation unless that was so already, or is how the conversation begins."""
        self._context.put_peer(replace(peer, connection="connected"))
        is_news = peer.connection != "connected" and peer.connection_round > FIRST_ROUND
        said = write_note(self._context, peer, note, "", now) if is_news else []
        return [PeerChanged(peer.cid), *said, ConnectSettled(peer.cid, None)]

    def _leave(self, peer: Peer) -> Outcome:
        self._context.put_peer(replace(peer, connection="none"))
        return [PeerChanged(peer.cid)]


def _both(one: str, other: str) -> str:
    """UDP goes between two people only when neither minds."""
    return "Enabled" if (one, other) == ("Enabled", "Enabled") else "Disabled"
