"""Registering and connecting with peers: requests that a person at the other end answers (PROTOCOL.md §7)."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import msgspec

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.failures import Address, failure_named
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.internal_service.core.ground.security_settings import check_offered
from casemate.internal_service.core.ground.sockets import Sockets
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict
from casemate.internal_service.core.ground.waiting import Deadlines, Shares
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.node import Monotonic
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.types import SessionSecuritySettings
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid, SocketId
from casemate.protocol.limits import CLIENT_PENDING_REQUESTS

CONNECT_SECONDS: Final = 30.0
"""How long a plain client waits for PeerConnect; an acceptance that comes later is told with `request_id` null."""

Kind = Literal["PeerRegister", "PeerRegisterRespond", "PeerConnect"]


@dataclass(frozen=True, slots=True)
class Pending:
    kind: Kind
    cid: Cid
    peer_cid: Cid
    asker: Asker
    due: Monotonic | None = None
    accept: bool = True
    """Of PeerRegisterRespond."""
    then_connect: SessionSecuritySettings | None = None
    """Of PeerRegister with connect_after_register."""


class Agreements(Memory):
    """Methods answer what an account returned, for the caller to take; they raise Refused."""

    def __init__(self, desk: Desk, hosts: Hosts, sockets: Sockets, undo: Undo) -> None:
        super().__init__(undo)
        self._desk = desk
        self._hosts = hosts
        self._sockets = sockets
        self._pending: UndoDict[int, Pending] = UndoDict(undo)
        self._shares = Shares(undo)
        self._deadlines = Deadlines(lambda number: number in self._pending, undo)
        self._numbers = 0

    # --- requests

    def register(self, asker: Asker, host: Host, request: ask.PeerRegister) -> Outcome:
        self._check_room(asker)
        wanted = request.session_security_settings if request.connect_after_register else None
        if wanted is not None:
            check_offered(wanted, has_password=request.peer_session_password is not None)
        items = host.account.ask_registration(request.peer_cid, self._desk.now)
        self._wait(Pending("PeerRegister", request.cid, request.peer_cid, asker, then_connect=wanted))
        return items

    def respond(self, asker: Asker, host: Host, request: ask.PeerRegisterRespond) -> Outcome:
        self._check_room(asker)
        items = host.account.answer_registration(request.peer_cid, request.accept, self._desk.now)
        self._wait(Pending("PeerRegisterRespond", request.cid, request.peer_cid, asker, accept=request.accept))
        return items

    def connect(self, asker: Asker, host: Host, request: ask.PeerConnect) -> Outcome:
        check_offered(request.session_security_settings, has_password=request.peer_session_password is not None)
        return self._connect(asker, host, request.peer_cid, request.session_security_settings, request.udp_mode)

    def accept(self, asker: Asker, host: Host, request: ask.PeerConnectAccept) -> Outcome:
        check_offered(request.session_security_settings, has_password=request.peer_session_password is not None)
        settings = msgspec.json.encode(request.session_security_settings)
        items = host.account.answer_connect(
            request.peer_cid, request.accept, settings, request.udp_mode, self._desk.now
        )
        self._desk.answer(
            asker,
            to.PeerConnectAcceptSuccess(cid=request.cid, request_id=asker.request_id, peer_cid=request.peer_cid),
        )
        return items

    # --- what became of them

    def registration_settled(self, host: Host, peer_cid: Cid, username: str, refused: Reason | None) -> Outcome:
        items: Outcome = []
        for number, pending in self._of(host.cid, peer_cid, "PeerRegister", "PeerRegisterRespond"):
            self._take(number)
            declined_by_us = not pending.accept and (refused is None or refused.code == "declined")
            if refused is None or declined_by_us:
                self._desk.answer(pending.asker, _registered(host.cid, peer_cid, username, pending.asker))
            else:
                self._fail(pending, refused)
            if refused is None and pending.then_connect is not None:
                items += self._connect_after(host, pending, pending.then_connect)
        return items

    def connect_settled(self, host: Host, peer_cid: Cid, refused: Reason | None) -> bool:
        """Whether somebody had asked for it and was answered now."""
        answered = False
        for number, pending in self._of(host.cid, peer_cid, "PeerConnect"):
            self._take(number)
            answered = True
            if refused is None:
                self._desk.answer(
                    pending.asker,
                    to.PeerConnectSuccess(cid=host.cid, request_id=pending.asker.request_id, peer_cid=peer_cid),
                )
            else:
                self._fail(pending, refused)
        return answered

    def session_ended(self, cid: Cid, why: Reason) -> None:
        for number, pending in list(self._pending.items()):
            if pending.cid == cid:
                self._take(number)
                self._fail(pending, why)

    def socket_closed(self, socket: SocketId) -> None:
        """What it asked goes on; nobody waits for the answer."""
        for number, pending in list(self._pending.items()):
            if pending.asker.socket == socket:
                self._take(number)

    def waits_for_registration(self, cid: Cid, peer_cid: Cid) -> bool:
        return bool(self._of(cid, peer_cid, "PeerRegister", "PeerRegisterRespond"))

    def next_due(self) -> Monotonic | None:
        return self._deadlines.next()

    def fire(self, now: Monotonic) -> None:
        for number in self._deadlines.reached(now):
            self._fail(self._take(number), reason("timed_out"))

    # --- inside

    def _connect(
        self, asker: Asker, host: Host, peer_cid: Cid, settings: SessionSecuritySettings, udp_mode: str
    ) -> Outcome:
        self._check_room(asker)
        items = host.account.connect(peer_cid, msgspec.json.encode(settings), udp_mode, self._desk.now)
        due = None if self._sockets.is_view(asker.socket) else self._desk.now.monotonic + CONNECT_SECONDS
        self._wait(Pending("PeerConnect", host.cid, peer_cid, asker, due=due))
        return items

    def _connect_after(self, host: Host, pending: Pending, settings: SessionSecuritySettings) -> Outcome:
        try:
            return self._connect(pending.asker, host, pending.peer_cid, settings, "Disabled")
        except Refused as refused:
            connecting = replace(pending, kind="PeerConnect")
            peer = host.account.peer_view(pending.peer_cid)
            if refused.reason.code == "already_connected" and peer is not None:
                # `auto_connect` was quicker.
                success = to.PeerConnectSuccess(
                    cid=host.cid, request_id=pending.asker.request_id, peer_cid=pending.peer_cid
                )
                self._desk.answer(pending.asker, success)
            else:
                self._fail(connecting, refused.reason)
            return []

    def _wait(self, pending: Pending) -> None:
        self._numbers += 1
        self._pending[self._numbers] = pending
        self._shares.more(pending.asker.socket)
        if pending.due is not None:
            self._deadlines.add(self._numbers, pending.due)

    def _take(self, number: int) -> Pending:
        pending = self._pending[number]
        del self._pending[number]
        self._shares.less(pending.asker.socket)
        return pending

    def _check_room(self, asker: Asker) -> None:
        if self._shares.of(asker.socket) >= CLIENT_PENDING_REQUESTS:
            raise refuse("too_many_requests")

    def _of(self, cid: Cid, peer_cid: Cid, *kinds: Kind) -> list[tuple[int, Pending]]:
        return [
            (number, pending)
            for number, pending in self._pending.items()
            if pending.cid == cid and pending.peer_cid == peer_cid and pending.kind in kinds
        ]

    def _fail(self, pending: Pending, why: Reason) -> None:
        at = Address(request_id=pending.asker.request_id, cid=pending.cid, peer_cid=pending.peer_cid)
        response = failure_named(pending.kind, at, why)
        if response is not None:
            self._desk.answer(pending.asker, response)


def _registered(cid: Cid, peer_cid: Cid, username: str, asker: Asker) -> to.PeerRegisterSuccess:
    return to.PeerRegisterSuccess(cid=cid, request_id=asker.request_id, peer_cid=peer_cid, peer_username=username)
