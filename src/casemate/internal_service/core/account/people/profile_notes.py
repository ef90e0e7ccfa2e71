"""The bodies of `profile` contents: what an account shares of itself with those it agreed to talk with."""

from typing import Annotated, Final

import msgspec

from casemate.crypto.content import Time
from casemate.protocol.limits import NAMES_BYTES, PICTURE_BYTES, STATUS_BYTES

SALT_BYTES: Final = 16


class PictureNote(msgspec.Struct, frozen=True, array_like=True, tag="picture"):
    """The names say by their hash which picture is theirs, so that nothing older comes back."""

    names: Annotated[bytes, msgspec.Meta(max_length=NAMES_BYTES)]
    """The signed document."""
    salt: Annotated[bytes, msgspec.Meta(max_length=SALT_BYTES)]
    picture: Annotated[bytes, msgspec.Meta(max_length=PICTURE_BYTES)]
    """Empty: there is none any more."""


class StatusNote(msgspec.Struct, frozen=True, array_like=True, tag="status"):
    number: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    text: Annotated[str, msgspec.Meta(max_length=STATUS_BYTES)]
    """Empty: it was taken back."""
    set_at_ms: Time
    until_ms: Time | None


ProfileNote = PictureNote | StatusNote

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final[msgspec.msgpack.Decoder[ProfileNote]] = msgspec.msgpack.Decoder(ProfileNote)


def encode_profile(note: ProfileNote) -> bytes:
    return _encoder.encode(note)


def decode_profile(body: bytes) -> ProfileNote | None:
    """None: a later version shares something else, or it is none."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
