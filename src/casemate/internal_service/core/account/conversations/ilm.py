"""The ILM envelope of Citadel's messenger, for accounts that no plain client holds.

Then this service is the ILM endpoint: it acknowledges, so that the other side's stop-and-wait goes on, and unwraps.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from casemate.protocol.ids import CID_BYTES, Cid

_DATA: Final = struct.Struct("<IQQQQ")
_ACK: Final = struct.Struct("<IIQQQ")
_POLL: Final = struct.Struct("<IIQQB")
_LAST_RECEIVED: Final = struct.Struct("<Q")
_LENGTH: Final = struct.Struct("<Q")
_HEAD_BYTES: Final = 3 * CID_BYTES

_TAG_BYTES: Final = 4
_TAG_DATA: Final = 0
_TAG_PROTOCOL: Final = 1
_PROTOCOL_ACK: Final = 0
_PROTOCOL_POLL: Final = 2


@dataclass(frozen=True, slots=True)
class Data:
    source: Cid
    destination: Cid
    message_id: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    sender: Cid
    to: Cid
    message_id: int


@dataclass(frozen=True, slots=True)
class Poll:
    sender: Cid
    to: Cid
    last_received: int | None


Frame = Data | Ack | Poll


def decode(body: bytes) -> Frame | None:
    """None for anything else: such bytes are a direct message."""
    if len(body) < _POLL.size:
        return None
    tag = int.from_bytes(body[:_TAG_BYTES], "little")
    if tag == _TAG_DATA:
        return _data(body)
    if tag == _TAG_PROTOCOL:
        return _ack(body) or _poll(body)
    return None


def encode(frame: Frame) -> bytes:
    match frame:
        case Data(source, destination, message_id, body):
            return _DATA.pack(_TAG_DATA, source, destination, message_id, len(body)) + body
        case Ack(sender, to, message_id):
            return _ACK.pack(_TAG_PROTOCOL, _PROTOCOL_ACK, sender, to, message_id)
        case Poll(sender, to, last_received):
            head = _POLL.pack(_TAG_PROTOCOL, _PROTOCOL_POLL, sender, to, last_received is not None)
            return head if last_received is None else head + _LAST_RECEIVED.pack(last_received)


def payload(frame: Data) -> bytes:
    """A message as clients keep it in their stores: without the tag. It ends with what was said."""
    return encode(frame)[_TAG_BYTES:]


def head(frame: Data) -> bytes:
    """What such a payload begins with: from whom, to whom, and the number."""
    return payload(frame)[:_HEAD_BYTES]


def heads_in(value: bytes, cid: Cid, limit: int) -> list[bytes]:
    """The first heads of payloads from or to this account that may be in this value, each once."""
    found: dict[bytes, None] = {}
    for own in _places(value, cid.to_bytes(CID_BYTES, "little")):
        for start in (own, own - CID_BYTES):
            words = start + _HEAD_BYTES + _LENGTH.size
            if (
                start >= 0
                and words <= len(value)
                and len(value) - words >= _LENGTH.unpack_from(value, words - _LENGTH.size)[0]
            ):
                found[value[start : start + _HEAD_BYTES]] = None
        if len(found) >= limit:
            break
    return list(found)[:limit]


def _places(value: bytes, wanted: bytes) -> Iterator[int]:
    at = value.find(wanted)
    while at >= 0:
        yield at
        at = value.find(wanted, at + 1)


def acknowledgement(frame: Data) -> bytes:
    """What the receiver of this data answers."""
    return encode(Ack(frame.destination, frame.source, frame.message_id))


def _data(body: bytes) -> Data | None:
    if len(body) < _DATA.size:
        return None
    _, source, destination, message_id, length = _DATA.unpack_from(body)
    if length != len(body) - _DATA.size:
        return None
    return Data(Cid(source), Cid(destination), message_id, body[_DATA.size :])


def _ack(body: bytes) -> Ack | None:
    if len(body) != _ACK.size:
        return None
    _, kind, sender, to, message_id = _ACK.unpack(body)
    return Ack(Cid(sender), Cid(to), message_id) if kind == _PROTOCOL_ACK else None


def _poll(body: bytes) -> Poll | None:
    if len(body) not in (_POLL.size, _POLL.size + _LAST_RECEIVED.size):
        return None
    _, kind, sender, to, some = _POLL.unpack_from(body)
    if kind != _PROTOCOL_POLL or some != (len(body) > _POLL.size):
        return None
    last_received = _LAST_RECEIVED.unpack_from(body, _POLL.size)[0] if some else None
    return Poll(Cid(sender), Cid(to), last_received)
