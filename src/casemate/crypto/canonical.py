"""Documents with exactly one encoding: msgpack arrays, decoded strictly and compared with their re-encoding."""

from typing import Any, Final, TypeVar

import msgspec

from casemate.crypto.keys import SignatureField

T = TypeVar("T")

_encoder: Final = msgspec.msgpack.Encoder()


class SignedDocument(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What travels: the exact bytes that were signed, and the signature."""

    body: bytes
    signature: SignatureField


def encode(document: msgspec.Struct) -> bytes:
    """The one encoding of a document."""
    return _encoder.encode(document)


def decode(decoder: "msgspec.msgpack.Decoder[T]", data: bytes, limit: int, refuse: type[Exception]) -> T:
    """The document, or `refuse` when the bytes are too many, malformed or another spelling of the same value."""
    if len(data) > limit:
        raise refuse("too large")
    try:
        document = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refuse("malformed") from error
    if _encoder.encode(document) != data:
        raise refuse("not canonical")
    return document


def decoder_of(document_type: type[T]) -> "msgspec.msgpack.Decoder[T]":
    """A strict decoder of one document type."""
    return msgspec.msgpack.Decoder(document_type, strict=True, ext_hook=_no_extensions)


def _no_extensions(_code: int, _data: memoryview) -> Any:
    raise ValueError("no msgpack extensions")


signed_document: Final = decoder_of(SignedDocument)
