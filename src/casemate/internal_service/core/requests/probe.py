"""ProbeServer: ask a server who it is, over a link that says hello and goes."""

from dataclasses import dataclass, replace
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
    address: str
    nonce: bytes
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

        def done(outcome: ServerProbed | Reason) -> None:
            del self._probes[link]
            self._desk.effects.append(CloseLink(link, _GENERATION))
            self._desk.answer(asker, failure(request, outcome) if isinstance(outcome, Reason) else outcome)

        due = self._desk.now.monotonic + PROBE_SECONDS
        self._waits.add(asker, done, about=(link,), due=due, late=reason("server_unreachable"), goes_on=True)
        self._probes[link] = _Probe(asker, address, self._entropy(NONCE_BYTES))
        self._desk.effects.append(OpenLink(link, _GENERATION, address))

    def heard(self, event: LinkEvent) -> bool:
        """False when this link is no probe's."""
        probe = self._probes.get(event.account_id)
        if probe is None:
            return False
        match event:
            case LinkOpened():
                self._probes[event.account_id] = replace(probe, certificate_key=event.certificate_key)
                self._desk.effects.append(SendOnLink(event.account_id, _GENERATION, client_hello(probe.nonce)))
            case LinkFrameArrived(frame=ServerHello() as hello):
                self._waits.settle_all(event.account_id, self._told(probe, hello))
            case LinkFrameArrived():
                self._waits.settle_all(event.account_id, reason("broke_protocol"))
            case LinkClosed():
                self._waits.settle_all(event.account_id, event.why or reason("server_unreachable"))
        return True

    def _told(self, probe: _Probe, hello: ServerHello) -> ServerProbed | Reason:
        greeting = greeting_of(client_hello(probe.nonce), hello)
        try:
            verify_server(greeting, hello.signature)
        except (BadSignature, BadKeyMaterial):
            return reason("broke_protocol")
        if probe.certificate_key not in (None, hello.server_key):
            return reason("server_identity_changed")
        print_of_key = fingerprint(hello.server_key)
        return ServerProbed(
            cid=Cid(0),
            request_id=probe.asker.request_id,
            server_addr=probe.address,
            fingerprint=print_of_key,
            known=any(
                host.account.is_at(probe.address) and host.account.server_fingerprint == print_of_key
                for host in self._hosts.sessions()
            ),
            password_required=hello.password_required,
            own=hello.server_key == self._own_server_key,
        )
