"""What two internal services say to each other on a connection of their own: docs/protocol/paths.md.

One bidirectional QUIC stream carries these frames, each as a 4-byte big-endian length and so many bytes of msgpack.
Both sides send `PeerHello` first. QUIC has proven the endpoint keys by then; the hello claims whose they are.
"""

from typing import Annotated, Final, Literal

import msgspec

from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import CONTROL_BYTES, PEER_FRAME_BYTES
from casemate.protocol.numbered import Number, NumberedEnvelope

PEER_ALPN: Final = b"casemate/peer/1"
LENGTH_BYTES: Final = 4

Udp = Literal["unknown", "open", "blocked"]
Nat = Literal["unknown", "none", "steady", "changing"]
"""none: our own address is seen. steady: one port for everybody. changing: another port for every destination."""


Opened = tuple[Number, Annotated[bytes, msgspec.Meta(max_length=8)]]


class PathFrame(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Fields are positional; a newer version may append fields, which an older one ignores."""


class Network(PathFrame, frozen=True):
    """What a side knows of its own way to the internet: explains why there is no direct path."""

    udp: Udp = "unknown"
    nat: Nat = "unknown"
    relay_only: bool = False


class PeerHello(PathFrame, frozen=True):
    """Whose endpoint this is. It must be the one that the account's device list certifies for this device."""

    versions: tuple[int, int]
    features: Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=64)]
    account_id: AccountId
    device_id: DeviceId
    to: DeviceId
    """The device it is meant for."""
    seen_up_to: Number
    """Highest number of the other device's envelopes that ever arrived here: it may have forgotten that it used it."""
    network: Network
    opened: Annotated[tuple[Opened, ...], msgspec.Meta(max_length=16)] = ()
    """Of the starts of the other device whose envelopes were opened here, newest first: the last number of each, and
    the start (8 bytes). One that it remembers otherwise was given out by a copy of it."""


class Envelopes(PathFrame, frozen=True):
    """Sealed envelopes with their numbers, ascending. Answered by a sealed receipt in a `Control`."""

    items: Annotated[list[NumberedEnvelope], msgspec.Meta(max_length=512)]


class Control(PathFrame, frozen=True):
    """A receipt or ephemeral event, sealed under a session's control key."""

    sealed: Annotated[bytes, msgspec.Meta(max_length=CONTROL_BYTES)]


class PathPing(PathFrame, frozen=True):
    count: Number


class PathPong(PathFrame, frozen=True):
    """Answers the ping of this count at once."""

    count: Number


PeerFrame = PeerHello | Network | Envelopes | Control | PathPing | PathPong

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final[msgspec.msgpack.Decoder[PeerFrame]] = msgspec.msgpack.Decoder(PeerFrame)


def encode_peer_frame(frame: PeerFrame) -> bytes:
    """The msgpack body, without its length."""
    return _encoder.encode(frame)


def decode_peer_frame(data: bytes) -> PeerFrame:
    """Raises MalformedFrame."""
    if len(data) > PEER_FRAME_BYTES:
        raise MalformedFrame(f"peer frame of {len(data)} bytes is larger than {PEER_FRAME_BYTES}")
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFrame(str(error)) from error
