"""Registering and connecting with peers: requests that a person at the other end answers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.failures import address_of, failure, failure_named
from casemate.internal_service.core.ground.notices import ConnectSettled, RegistrationSettled
from casemate.internal_service.core.ground.refusals import Refused, reason
from casemate.internal_service.core.ground.security_settings import check_offered
from casemate.internal_service.core.ground.sockets import Sockets
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.types import SessionSecuritySettings
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid

CONNECT_SECONDS: Final = 30.0
"""How long a plain client waits for PeerConnect; an acceptance that comes later is told with `request_id` null."""


class Agreements:
    """Every request raises Refused."""

    def __init__(
        self, desk: Desk, hosts: Hosts, sockets: Sockets, waits: Waits, take: Callable[[Host, Outcome], None]
    ) -> None:
        self._desk = desk
        self._hosts = hosts
        self._sockets = sockets
        self._waits = waits
        self._take = take

    # --- requests

    def register(self, asker: Asker, request: ask.PeerRegister) -> None:
        host = self._hosts.session(request.cid)
        self._waits.check_room(asker.socket)
        wanted = request.session_security_settings if request.connect_after_register else None
        if wanted is not None:
            check_offered(wanted, has_password=request.peer_session_password is not None)

        def settled(notice: RegistrationSettled) -> None:
            self._registered(asker, request, notice)
            if notice.refused is None and wanted is not None:
                self._connect_after(asker, request, wanted)

        items = host.account.ask_registration(request.peer_cid, self._desk.now, request.introduction or "")
        self._wait_for_registration(asker, request, settled)
        self._take(host, items)

    def respond(self, asker: Asker, request: ask.PeerRegisterRespond) -> None:
        host = self._hosts.session(request.cid)
        self._waits.check_room(asker.socket)

        def settled(notice: RegistrationSettled) -> None:
            as_wanted = not request.accept and notice.refused is not None and notice.refused.code == "declined"
            self._registered(asker, request, replace(notice, refused=None) if as_wanted else notice)

        items = host.account.answer_registration(request.peer_cid, request.accept, self._desk.now)
        self._wait_for_registration(asker, request, settled)
        self._take(host, items)

    def connect(self, asker: Asker, request: ask.PeerConnect) -> None:
        host = self._hosts.session(request.cid)
        check_offered(request.session_security_settings, has_password=request.peer_session_password is not None)
        self._connect(asker, host, request, request.session_security_settings, request.udp_mode)

    def accept(self, asker: Asker, request: ask.PeerConnectAccept) -> None:
        host = self._hosts.session(request.cid)
        check_offered(request.session_security_settings, has_password=request.peer_session_password is not None)
        settings = msgspec.json.encode(request.session_security_settings)
        items = host.account.answer_connect(
            request.peer_cid, request.accept, settings, request.udp_mode, self._desk.now
        )
        self._desk.answer(
            asker,
            to.PeerConnectAcceptSuccess(cid=request.cid, request_id=asker.request_id, peer_cid=request.peer_cid),
        )
        self._take(host, items)

    # --- what became of them

    def registration_settled(self, host: Host, notice: RegistrationSettled) -> bool:
        """Whether somebody waited for it and was answered now."""
        return self._waits.settle_all(_registration(host.cid, notice.cid), notice)

    def connect_settled(self, host: Host, notice: ConnectSettled) -> bool:
        """Whether somebody waited for it and was answered now."""
        return self._waits.settle_all(_connection(host.cid, notice.cid), notice.refused)

    # --- inside

    def _wait_for_registration(
        self,
        asker: Asker,
        request: ask.PeerRegister | ask.PeerRegisterRespond,
        settled: Callable[[RegistrationSettled], None],
    ) -> None:
        def done(outcome: RegistrationSettled | Reason) -> None:
            if isinstance(outcome, RegistrationSettled):
                settled(outcome)
            else:
                self._desk.answer(asker, failure(request, outcome))

        self._waits.add(asker, done, about=(_registration(request.cid, request.peer_cid),), session=request.cid)

    def _registered(
        self, asker: Asker, request: ask.PeerRegister | ask.PeerRegisterRespond, settled: RegistrationSettled
    ) -> None:
        success = to.PeerRegisterSuccess(
            cid=request.cid,
            request_id=asker.request_id,
            peer_cid=request.peer_cid,
            peer_username=settled.username,
        )
        self._desk.answer(asker, success if settled.refused is None else failure(request, settled.refused))

    def _connect(
        self, asker: Asker, host: Host, request: ask.PeerRequest, settings: SessionSecuritySettings, udp_mode: str
    ) -> None:
        self._waits.check_room(asker.socket)
        items = host.account.connect(request.peer_cid, msgspec.json.encode(settings), udp_mode, self._desk.now)
        self._waits.add(
            asker,
            lambda refused: self._connected(asker, request, refused),
            about=(_connection(host.cid, request.peer_cid),),
            session=host.cid,
            due=None if self._sockets.is_view(asker.socket) else self._desk.now.monotonic + CONNECT_SECONDS,
            late=reason("timed_out"),
        )
        self._take(host, items)

    def _connect_after(self, asker: Asker, request: ask.PeerRegister, settings: SessionSecuritySettings) -> None:
        host = self._hosts.session(request.cid)
        try:
            self._connect(asker, host, request, settings, "Disabled")
        except Refused as refused:
            # `auto_connect` may have been quicker.
            connected = refused.reason.code == "already_connected" and host.account.peer_view(request.peer_cid)
            self._connected(asker, request, None if connected else refused.reason)

    def _connected(self, asker: Asker, request: ask.PeerRequest, refused: Reason | None) -> None:
        """To a PeerConnect, or to a PeerRegister that wanted it as well."""
        success = to.PeerConnectSuccess(cid=request.cid, request_id=asker.request_id, peer_cid=request.peer_cid)
        failed = None if refused is None else failure_named("PeerConnect", address_of(request), refused)
        self._desk.answer(asker, success if refused is None else failed)


def _registration(cid: Cid, peer_cid: Cid) -> tuple[str, Cid, Cid]:
    return "registration", cid, peer_cid


def _connection(cid: Cid, peer_cid: Cid) -> tuple[str, Cid, Cid]:
    return "connection", cid, peer_cid
