"""Signed names: what an account is called on one server, by its own word.

The server hands the document out beside every device list and cannot change a
letter of it: who holds one never takes a name from the server again.
"""

from typing import Annotated, Final, Literal

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, decode, decoder_of, encode, signed_document
from casemate.crypto.errors import BadNames
from casemate.crypto.identity import AccountIdField, DeviceList, OwnAccount
from casemate.crypto.kdf import sha3_256
from casemate.crypto.keys import Ed25519Public, Ed25519PublicField
from casemate.crypto.primitives import ed25519_sign, ed25519_verify
from casemate.protocol.limits import FULL_NAME_BYTES, NAMES_BYTES, USERNAME_BYTES

PICTURE_HASH_BYTES: Final = 32


class Names(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Sizes of names are in bytes of UTF-8. A higher number replaces a lower one; the username never changes."""

    version: Literal[1]
    account_id: AccountIdField
    server_key: Ed25519PublicField
    """Of the one server on which the account has these names."""
    number: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    username: str
    full_name: str
    picture_hash: Annotated[bytes, msgspec.Meta(max_length=PICTURE_HASH_BYTES)] = b""
    """SHA3-256 of the picture; empty without one."""


def sign_names(
    account: OwnAccount,
    server_key: Ed25519Public,
    number: int,
    username: str,
    full_name: str,
    picture_hash: bytes = b"",
) -> bytes:
    """The document as it travels. The caller has brought both names into their one form (protocol/names.py)."""
    body = encode(Names(1, account.account_id, server_key, number, username, full_name, picture_hash))
    return encode(SignedDocument(body, ed25519_sign(account.private, labels.NAMES, body)))


def verify_names(data: bytes, device_list: DeviceList, server_key: Ed25519Public) -> Names:
    """The names, if the current key of this (verified) list signed them for this server.

    Raises BadNames or BadSignature.
    """
    document = decode(signed_document, data, NAMES_BYTES, BadNames)
    names = read_names(data)
    if names.account_id != device_list.account_id or names.server_key != server_key:
        raise BadNames("another account or server")
    if len(names.picture_hash) not in (0, PICTURE_HASH_BYTES):
        raise BadNames("picture hash")
    _check_size(names.username, USERNAME_BYTES)
    _check_size(names.full_name, FULL_NAME_BYTES)
    ed25519_verify(device_list.account_keys.current, labels.NAMES, document.body, document.signature)
    return names


def read_names(data: bytes) -> Names:
    """A document that was verified before it was stored: the key that signed it may have been retired since.

    Raises BadNames.
    """
    return decode(_names, decode(signed_document, data, NAMES_BYTES, BadNames).body, NAMES_BYTES, BadNames)


def replaces(held: Names, arrived: Names) -> bool:
    """Whether `arrived` is to be shown instead of `held`. Raises BadNames when it changes the username.

    Two documents of one number are no attack: two devices of the account may have signed at the same time. The one
    with the smaller hash wins everywhere.
    """
    if arrived.username != held.username:
        raise BadNames("a username never changes")
    if arrived.number != held.number:
        return arrived.number > held.number
    return _rank(arrived) < _rank(held)


def _check_size(name: str, bounds: tuple[int, int]) -> None:
    if not bounds[0] <= len(name.encode()) <= bounds[1]:
        raise BadNames("the size of a name")


def _rank(names: Names) -> bytes:
    return sha3_256(labels.NAMES, encode(names))


_names: Final = decoder_of(Names)
