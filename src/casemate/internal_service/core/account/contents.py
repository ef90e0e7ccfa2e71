"""The bodies of sealed contents that are not messages, and of what travels under the control key."""

from typing import Annotated, Final, TypeVar

import msgspec

from casemate.crypto.content import LAST_COUNTER, Kind, KindField, MessageIdField, Time
from casemate.crypto.envelope import START_BYTES, UNKNOWN_ORIGIN
from casemate.crypto.invite import BINDING_BYTES
from casemate.crypto.prekeys import BundleIdField
from casemate.internal_service.core.account.runs import RUNS_KEPT
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import INVITE_ID_BYTES
from casemate.protocol.limits import (
    BUNDLE_BYTES,
    LIFE_LEAST_SECONDS,
    LIFE_MOST_SECONDS,
    MESSAGE_BODY_BYTES,
    PEER_ADDRESSES,
    RETURNED_MESSAGES,
    SPARES_TAKEN,
)
from casemate.protocol.numbered import Number

NUMBERS_LOST_KEPT: Final = 64
VOID: Final = "void"
"""Fills a number whose content is gone or went under another number; shows nothing."""
OF_ONE_DEVICE: Final = (VOID, Kind.REKEY, Kind.SPARES, Kind.RETURNED)
"""Kinds of what is said to a device about itself: it goes to no other."""

GIVE_AGAIN_SECONDS: Final = 10.0
"""The least time between two times that somebody is given what they have lost, as their `rekey` says."""
OPENED_TOLD: Final = 8
"""The most starts of ours that a receipt may name besides the last one."""
OpenedField = tuple[Number, Annotated[bytes, msgspec.Meta(max_length=START_BYTES)]]

Round = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
"""Leaves room to count on after the highest that a peer can name."""


class RequestNote(msgspec.Struct, frozen=True, array_like=True):
    """In a signed request: that the link of an invitation is the asker's (crypto/invite.py), and a sealed line
    (crypto/introduction.py). Either may be empty."""

    invite_id: Annotated[bytes, msgspec.Meta(max_length=INVITE_ID_BYTES)] = b""
    binding: Annotated[bytes, msgspec.Meta(max_length=BINDING_BYTES)] = b""
    introduction: bytes = b""
    """Checked on its own: what is wrong with it is nothing against the invitation."""


class ConnectRequest(msgspec.Struct, frozen=True, array_like=True):
    round: Round
    settings: Annotated[bytes, msgspec.Meta(max_length=4096)]
    udp_mode: Annotated[str, msgspec.Meta(max_length=32)]


class ConnectAnswer(msgspec.Struct, frozen=True, array_like=True):
    round: Round
    accept: bool
    udp_mode: Annotated[str, msgspec.Meta(max_length=32)] = "Enabled"


class ConnectEnd(msgspec.Struct, frozen=True, array_like=True):
    round: Round


class Rekey(msgspec.Struct, frozen=True, array_like=True):
    """The first content of a session that is begun anew; an empty body says none of this."""

    restored: bool = False
    """Whoever says so has lost some of what was sent from that device."""
    delivered_up_to: Number = 0
    """Of its numbers it knows up to here that they arrived: what it wrote after that is wanted back."""


class ReturnedMessage(msgspec.Struct, frozen=True, array_like=True):
    """A message of the reader's own, which it may have lost."""

    message_id: MessageIdField
    counter: Annotated[int, msgspec.Meta(ge=0, le=LAST_COUNTER)]
    written_at_ms: Time
    kind: KindField
    body: Annotated[bytes, msgspec.Meta(max_length=MESSAGE_BODY_BYTES)]


class Returned(msgspec.Struct, frozen=True, array_like=True):
    """Answers a `rekey` of a device that was restored."""

    messages: Annotated[tuple[ReturnedMessage, ...], msgspec.Meta(max_length=RETURNED_MESSAGES)]
    """The newest first."""
    left_out: Number
    """How many more there are, for which there was no room."""


class LifeSetting(msgspec.Struct, frozen=True, array_like=True):
    """For how long messages of a conversation live from then on."""

    lives_for: Annotated[int, msgspec.Meta(ge=LIFE_LEAST_SECONDS, le=LIFE_MOST_SECONDS)] | None
    """Seconds; None: they stay."""


class HandedSpares(msgspec.Struct, frozen=True, array_like=True):
    """One-time bundles of the writer's device for sessions that the reader begins anew."""

    kept: Annotated[tuple[BundleIdField, ...], msgspec.Meta(max_length=SPARES_TAKEN)]
    """Of earlier ones these are still good; all others are not."""
    bundles: Annotated[
        tuple[Annotated[bytes, msgspec.Meta(max_length=BUNDLE_BYTES)], ...], msgspec.Meta(max_length=SPARES_TAKEN)
    ]


class ReceiptNote(msgspec.Struct, frozen=True, array_like=True, tag="receipt"):
    """Cumulative: what of the recipient's envelopes the sender has. Harmless when it comes twice or late."""

    delivered_up_to: Number
    seen_up_to: Number
    """Above `delivered_up_to`: the number after it is missing."""
    read_up_to: Number
    lost: Annotated[tuple[Number, ...], msgspec.Meta(max_length=NUMBERS_LOST_KEPT)] = ()
    """Numbers ≤ `delivered_up_to` that could not be opened: those messages are not delivered."""
    anew: Annotated[tuple[Number, ...], msgspec.Meta(max_length=NUMBERS_LOST_KEPT)] = ()
    """Numbers that the recipient called lost: their messages wait to be sealed anew, so it need not name them again."""
    opened: OpenedField = (0, UNKNOWN_ORIGIN.start)
    """The last number that was opened, and the start that gave it out. Another start than we remember shows that our
    data is older than we were, and that we use numbers again, whatever the server said."""
    opened_before: Annotated[tuple[OpenedField, ...], msgspec.Meta(max_length=OPENED_TOLD)] = ()
    """The last number that was opened from each of the starts before that one, newest first: a start of ours that came
    later hides none of what a copy of ours did."""
    read: Annotated[tuple[tuple[Number, Number], ...], msgspec.Meta(max_length=RUNS_KEPT)] = ()
    """Runs (first and last number) above `read_up_to` whose messages were on a screen, newest first."""
    takes_spares: bool = False
    """Whoever says so knows what spare bundles are."""


class TypingNote(msgspec.Struct, frozen=True, array_like=True, tag="typing"):
    typing: bool


class PathNote(msgspec.Struct, frozen=True, array_like=True, tag="path"):
    """Where this device may be reached besides the relay; sent through the server whenever that changes."""

    addresses: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=64)], ...], msgspec.Meta(max_length=PEER_ADDRESSES)
    ]
    again: bool = False
    """Announce yours again as well: a way through a NAT is opened from both sides at once."""


ControlNote = ReceiptNote | TypingNote | PathNote

Body = TypeVar("Body")

_encoder: Final = msgspec.msgpack.Encoder()
_control_decoder: Final[msgspec.msgpack.Decoder[ControlNote]] = msgspec.msgpack.Decoder(ControlNote)
_note_decoder: Final = msgspec.msgpack.Decoder(RequestNote)
_request_decoder: Final = msgspec.msgpack.Decoder(ConnectRequest)
_answer_decoder: Final = msgspec.msgpack.Decoder(ConnectAnswer)
_disconnect_decoder: Final = msgspec.msgpack.Decoder(ConnectEnd)
_rekey_decoder: Final = msgspec.msgpack.Decoder(Rekey)
_returned_decoder: Final = msgspec.msgpack.Decoder(Returned)
_life_setting_decoder: Final = msgspec.msgpack.Decoder(LifeSetting)
_spares_decoder: Final = msgspec.msgpack.Decoder(HandedSpares)


def encode(
    body: RequestNote
    | ConnectRequest
    | ConnectAnswer
    | ConnectEnd
    | Rekey
    | Returned
    | HandedSpares
    | LifeSetting
    | ControlNote,
) -> bytes:
    return _encoder.encode(body)


def decode_control(data: bytes) -> ControlNote:
    """Raises MalformedFrame."""
    return _decode(_control_decoder, data, "control note")


def decode_request_note(data: bytes) -> RequestNote:
    """What is in it that we can read, which may be nothing."""
    try:
        return _decode(_note_decoder, data, "request note") if data else RequestNote()
    except MalformedFrame:
        return RequestNote()


def decode_connect_request(data: bytes) -> ConnectRequest:
    """Raises MalformedFrame."""
    return _decode(_request_decoder, data, "connect request")


def decode_connect_answer(data: bytes) -> ConnectAnswer:
    """Raises MalformedFrame."""
    return _decode(_answer_decoder, data, "connect answer")


def decode_rekey(data: bytes) -> Rekey:
    """Raises MalformedFrame."""
    return _decode(_rekey_decoder, data, "rekey") if data else Rekey()


def decode_returned(data: bytes) -> Returned:
    """Raises MalformedFrame."""
    return _decode(_returned_decoder, data, "returned messages")


def decode_spares(data: bytes) -> HandedSpares:
    """Raises MalformedFrame."""
    return _decode(_spares_decoder, data, "spare bundles")


def decode_life_setting(data: bytes) -> LifeSetting:
    """Raises MalformedFrame."""
    return _decode(_life_setting_decoder, data, "disappearing messages")


def decode_disconnect(data: bytes) -> ConnectEnd:
    """Raises MalformedFrame."""
    return _decode(_disconnect_decoder, data, "disconnect")


def _decode(decoder: msgspec.msgpack.Decoder[Body], data: bytes, what: str) -> Body:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedFrame(what) from error
