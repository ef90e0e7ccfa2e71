"""What an account's link needs from the world and hears from it."""

from dataclasses import dataclass, field

from casemate.crypto.keys import Ed25519Public, ServerPasswordKey
from casemate.node import Effect, Event
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import AccountId
from casemate.protocol.link import ClientHello
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.protocol.versions import INVITES_FEATURE, LINK_VERSIONS


@dataclass(frozen=True, slots=True)
class OpenLink(Effect):
    """Dial the server. `generation` counts an account's attempts, so that late news of an old one is told apart."""

    account_id: AccountId
    generation: int
    address: str
    """HOST:PORT for TLS pinned to the server's identity, or wss://HOST[:PORT] for a public certificate."""
    elsewhere: bool = False
    """Nothing is dialled that turns out to be this computer: the server told the name, no person did."""


@dataclass(frozen=True, slots=True)
class SendOnLink(Effect):
    account_id: AccountId
    generation: int
    frame: ClientFrame


@dataclass(frozen=True, slots=True)
class CloseLink(Effect):
    account_id: AccountId
    generation: int


@dataclass(frozen=True, slots=True)
class MakeServerPasswordKey(Effect):
    """Some tens of milliseconds of work on purpose: not for the thread that everybody's events wait for."""

    account_id: AccountId
    generation: int
    hashes: tuple[bytes, ...] = field(repr=False)
    server_key: Ed25519Public


@dataclass(frozen=True, slots=True)
class ServerPasswordKeyMade(Event):
    account_id: AccountId
    generation: int
    key: ServerPasswordKey


@dataclass(frozen=True, slots=True)
class LinkOpened(Event):
    account_id: AccountId
    generation: int
    certificate_key: bytes | None
    """The Ed25519 key of the TLS certificate; None where a public certificate was checked instead."""


@dataclass(frozen=True, slots=True)
class LinkFrameArrived(Event):
    account_id: AccountId
    generation: int
    frame: ServerFrame


@dataclass(frozen=True, slots=True)
class LinkClosed(Event):
    """Also when dialling failed. `detail` is for logs."""

    account_id: AccountId
    generation: int
    detail: str
    why: Reason | None = None
    """What on the way to the server kept us from it, where that is known."""


LinkEvent = LinkOpened | LinkFrameArrived | LinkClosed | ServerPasswordKeyMade


def client_hello(nonce: bytes) -> ClientHello:
    """The first frame on any link. `nonce` is drawn for this link alone."""
    return ClientHello(LINK_VERSIONS, [INVITES_FEATURE], nonce)
