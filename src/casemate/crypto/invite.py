"""Invitations: a link whose secret lets somebody into a workspace and proves to each side who the other is.

Two keys come from the secret. One is shown to the server, which lets in whoever has it; the other never leaves the two
who have the link. So a server, which knows the first alone, can pass for neither of them.
"""

import base64
import re
from typing import Annotated, Final, Literal

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import decode, decoder_of, encode
from casemate.crypto.errors import BadInvitation
from casemate.crypto.identity import AccountIdField
from casemate.crypto.kdf import equal, hkdf, hmac_sha256, sha3_256
from casemate.crypto.keys import Ed25519Public, Ed25519PublicField, Entropy, InviteSecret
from casemate.protocol.ids import INVITE_ID_BYTES, AccountId, InviteId
from casemate.protocol.server_addresses import SERVER_ADDRESS_CHARACTERS, SERVER_ADDRESSES

SECRET_BYTES: Final = 16
ADMIT_BYTES: Final = 32
BINDING_BYTES: Final = 32
_CHECKSUM_BYTES: Final = 4
_MARK: Final = "casemate1-"
_BYTES: Final = 4 * 1024
_IN_TEXT: Final = re.compile(rf"{_MARK}([A-Za-z0-9_-]{{1,{2 * _BYTES}}})")

InviteIdField = Annotated[InviteId, msgspec.Meta(min_length=INVITE_ID_BYTES, max_length=INVITE_ID_BYTES)]
AddressField = Annotated[str, msgspec.Meta(min_length=1, max_length=SERVER_ADDRESS_CHARACTERS)]


class Invitation(msgspec.Struct, frozen=True):
    """What a link says. The addresses are a hint; the two keys decide."""

    server_key: Ed25519Public
    inviter: AccountId
    invite_id: InviteId
    secret: InviteSecret
    addresses: tuple[str, ...]
    """Of the server, the likeliest first."""


class _Written(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: Literal[1]
    server_key: Ed25519PublicField
    inviter: AccountIdField
    invite_id: InviteIdField
    secret: Annotated[bytes, msgspec.Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
    addresses: Annotated[tuple[AddressField, ...], msgspec.Meta(min_length=1, max_length=SERVER_ADDRESSES)]


class _Malformed(BadInvitation):
    def __init__(self, _how: str) -> None:
        super().__init__("incomplete")


class _Bound(msgspec.Struct, frozen=True, array_like=True):
    invite_id: InviteId
    inviter: AccountId
    newcomer: AccountId
    server_key: Ed25519Public


def new_invite(entropy: Entropy) -> tuple[InviteId, InviteSecret]:
    return InviteId(entropy(INVITE_ID_BYTES)), InviteSecret(entropy(SECRET_BYTES))


def admit_token(secret: InviteSecret) -> bytes:
    """What a newcomer shows to the server. 32 bytes."""
    return hkdf(b"", secret.secret, labels.INVITE_ADMIT, ADMIT_BYTES)


def admit_digest(token: bytes) -> bytes:
    """What the server keeps of it: whoever reads its database lets nobody in with that. 32 bytes."""
    return sha3_256(labels.INVITE_ADMIT_DIGEST, token)


def bind(invitation: Invitation, newcomer: AccountId) -> bytes:
    """What a newcomer shows to the inviter: whoever made this had the link, as this account, at this server."""
    return _binding(invitation.secret, invitation.invite_id, invitation.inviter, newcomer, invitation.server_key)


def binds(
    secret: InviteSecret,
    invite_id: InviteId,
    inviter: AccountId,
    newcomer: AccountId,
    server_key: Ed25519Public,
    binding: bytes,
) -> bool:
    return equal(_binding(secret, invite_id, inviter, newcomer, server_key), binding)


def write_invitation(invitation: Invitation) -> str:
    """What stands after the # of a link: letters, digits, - and _."""
    body = encode(
        _Written(
            1,
            invitation.server_key,
            invitation.inviter,
            invitation.invite_id,
            invitation.secret.secret,
            invitation.addresses,
        )
    )
    return _MARK + base64.urlsafe_b64encode(body + _checksum(body)).rstrip(b"=").decode()


def holds_invitation(text: str) -> bool:
    """Or the beginning of one."""
    return _IN_TEXT.search(text) is not None


def read_invitation(text: str) -> Invitation:
    """From a link, or from any text around one. Raises BadInvitation: "none", "incomplete" or "newer"."""
    found = _IN_TEXT.search(text)
    if found is None:
        raise BadInvitation("none")
    written = found[1]
    try:
        data = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except ValueError as error:
        raise BadInvitation("incomplete") from error
    body = data[:-_CHECKSUM_BYTES]
    if not equal(_checksum(body), data[-_CHECKSUM_BYTES:]):
        raise BadInvitation("incomplete")
    if body[1:2] != b"\x01":
        raise BadInvitation("newer")
    read = decode(_written, body, _BYTES, _Malformed)
    return Invitation(read.server_key, read.inviter, read.invite_id, InviteSecret(read.secret), read.addresses)


def _binding(
    secret: InviteSecret, invite_id: InviteId, inviter: AccountId, newcomer: AccountId, server_key: Ed25519Public
) -> bytes:
    key = hkdf(b"", secret.secret, labels.INVITE_BIND, BINDING_BYTES)
    return hmac_sha256(key, encode(_Bound(invite_id, inviter, newcomer, server_key)))


def _checksum(body: bytes) -> bytes:
    """Tells a link that was not copied whole; it is no secret."""
    return sha3_256(labels.INVITE_CHECKSUM, body)[:_CHECKSUM_BYTES]


_written: Final = decoder_of(_Written)
