"""What plain clients hear of peers without having asked: who asks, who agreed, who parted."""

import msgspec

from casemate.internal_service.core.citadel.agreements import Agreements
from casemate.internal_service.core.ground import notices
from casemate.internal_service.core.ground.desk import Desk
from casemate.internal_service.core.ground.notices import Notice
from casemate.internal_service.core.ground.security_settings import settings_of
from casemate.internal_service.core.ground.sockets import Sockets
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client import responses as to
from casemate.protocol.client.response_bases import Response
from casemate.protocol.ids import Cid, SocketId


class PlainNews:
    def __init__(self, desk: Desk, sockets: Sockets, agreements: Agreements) -> None:
        self._desk = desk
        self._sockets = sockets
        self._agreements = agreements

    def tell(self, host: Host, notice: Notice) -> None:
        match notice:
            case notices.RegistrationWanted(peer, username, introduction):
                self._send(host, _registration_asked(host.cid, peer, username, introduction))
            case notices.RegistrationSettled(peer, username, refused):
                answered = self._agreements.registration_settled(host, notice)
                if refused is None and not answered:
                    self._send(host, to.PeerRegisterSuccess(cid=host.cid, peer_cid=peer, peer_username=username))
            case notices.ConnectWanted(peer, settings, udp_mode):
                self._send(host, _connect_asked(host.cid, peer, settings, udp_mode))
            case notices.ConnectSettled(peer, refused):
                answered = self._agreements.connect_settled(host, notice)
                if refused is None and not answered:
                    self._send(host, to.PeerConnectSuccess(cid=host.cid, peer_cid=peer))
            case notices.PeerDisconnected(peer):
                self._send(host, to.DisconnectNotification(cid=host.cid, peer_cid=peer))
            case _:
                raise AssertionError(f"a notice nobody tells: {type(notice).__name__}")

    def tell_what_waits(self, host: Host, socket: SocketId) -> None:
        """The questions that came before this socket was bound."""
        for peer, username, introduction in host.account.requests_waiting():
            self._desk.send(socket, _registration_asked(host.cid, peer, username, introduction))
        for peer, settings, udp_mode in host.account.connects_waiting():
            self._desk.send(socket, _connect_asked(host.cid, peer, settings, udp_mode))

    def _send(self, host: Host, response: Response) -> None:
        """To the bound socket; to all plain sockets, which filter by cid, while there is none."""
        for socket in [host.bound] if host.bound is not None else self._sockets.plain():
            self._desk.send(socket, response)


def _registration_asked(cid: Cid, peer: Cid, username: str, introduction: str) -> Response:
    return to.PeerRegisterNotification(
        cid=cid, peer_cid=peer, peer_username=username, introduction=introduction or msgspec.UNSET
    )


def _connect_asked(cid: Cid, peer: Cid, settings: bytes, udp_mode: str) -> Response:
    return to.PeerConnectNotification(
        cid=cid,
        peer_cid=peer,
        session_security_settings=settings_of(settings),
        udp_mode="Enabled" if udp_mode == "Enabled" else "Disabled",
    )
