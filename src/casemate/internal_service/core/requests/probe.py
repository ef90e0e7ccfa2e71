"""ProbeServer: ask a server who it is, over a link that says hello and goes."""

from dataclasses import dataclass
from typing import Final

from casemate.crypto.errors import BadKeyMaterial, BadSignature
from casemate.crypto.keys import fingerprint
from casemate.crypto.link_proof import NONCE_BYTES, greeting_of, verify_server
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.link_io import (
    CloseLink,
    LinkClosed,
    LinkEvent,
    LinkFrameArrived,
    LinkOpened,
    OpenLink,
    SendOnLink,
    client_hello,
)
from casemate.internal_service.core.ground.names import server_address
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.sessions.hosts import Hosts
from casemate.node import Entropy
from casemate.protocol.client.extensions import ProbeServer, ServerProbed
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import ACCOUNT_ID_BYTES, AccountId, Cid
from casemate.protocol.link import ServerHello

PROBE_SECONDS: Final = 10.0
_GENERATION: Final = 1


@dataclass(frozen=True, slots=True)
class _Probe:
    asker: Asker
    request: ProbeServer
    address: str
    nonce: bytes
    token: int
    certificate_key: bytes | None = None


class Probes:
    """A probe's link has a random account id of its own, which belongs to no account."""

    def __init__(
        self, desk: Desk, hosts: Hosts, waits: Waits, own_server_key: bytes | None, entropy: Entropy, undo: Undo
    ) -> None:
        self._desk = desk
        self._hosts = hosts
        self._waits = waits
        self._own_server_key = own_server_key
        self._entropy = entropy
        self._probes: UndoDict[AccountId, _Probe] = UndoDict(undo)

    def probe(self, asker: Asker, request: ProbeServer) -> None:
        """Raises Refused."""
        address = server_address(request.server_addr)
        link = AccountId(self._entropy(ACCOUNT_ID_BYTES))
        token = self._waits.add(
            asker,
            lambda _: None,
            due=self._desk.now.monotonic + PROBE_SECONDS,
            late=lambda: self._fail(link, reason("server_unreachable")),
        )
        self._probes[link] = _Probe(asker, request, address, self._entropy(NONCE_BYTES), token)
        self._desk.effects.append(OpenLink(link, _GENERATION, address))

    def heard(self, event: LinkEvent) -> bool:
        """False when this link is no probe's."""
        probe = self._probes.get(event.account_id)
        if probe is None:
            return False
        match event:
            case LinkOpened():
                self._probes[event.account_id] = _with_key(probe, event.certificate_key)
                self._desk.effects.append(SendOnLink(event.account_id, _GENERATION, client_hello(probe.nonce)))
            case LinkFrameArrived(frame=ServerHello() as hello):
                self._answer(event.account_id, probe, hello)
            case LinkFrameArrived():
                self._fail(event.account_id, reason("broke_protocol"))
            case LinkClosed():
                self._fail(event.account_id, reason("server_unreachable"))
        return True

    def broke_protocol(self, account_id: AccountId) -> bool:
        if account_id not in self._probes:
            return False
        self._fail(account_id, reason("broke_protocol"))
        return True

    def _answer(self, link: AccountId, probe: _Probe, hello: ServerHello) -> None:
        greeting = greeting_of(client_hello(probe.nonce), hello)
        try:
            verify_server(greeting, hello.signature)
        except (BadSignature, BadKeyMaterial):
            self._fail(link, reason("broke_protocol"))
            return
        if probe.certificate_key not in (None, hello.server_key):
            self._fail(link, reason("server_identity_changed"))
            return
        print_of_key = fingerprint(hello.server_key)
        self._end(link)
        probed = ServerProbed(
            cid=Cid(0),
            request_id=probe.asker.request_id,
            server_addr=probe.address,
            fingerprint=print_of_key,
            known=any(
                host.account.server_address == probe.address and host.account.server_fingerprint == print_of_key
                for host in self._hosts.sessions()
            ),
            password_required=hello.password_required,
            own=hello.server_key == self._own_server_key,
        )
        self._desk.answer(probe.asker, probed)

    def _fail(self, link: AccountId, why: Reason) -> None:
        probe = self._probes.get(link)
        if probe is None:
            return
        self._end(link)
        refused = failure(probe.request, why)
        assert refused is not None
        self._desk.answer(probe.asker, refused)

    def _end(self, link: AccountId) -> None:
        probe: _Probe | None = self._probes.pop(link)
        if probe is not None:
            self._waits.drop(probe.token)
            self._desk.effects.append(CloseLink(link, _GENERATION))


def _with_key(probe: _Probe, key: bytes | None) -> _Probe:
    return _Probe(probe.asker, probe.request, probe.address, probe.nonce, probe.token, key)
