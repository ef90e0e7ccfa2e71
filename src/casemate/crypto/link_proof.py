"""Inside a link: the server proves its identity, the device proves its key, each over both sides' nonces."""

from typing import Annotated, Final

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import encode
from casemate.crypto.errors import BadKeyMaterial
from casemate.crypto.identity import AccountIdField, DeviceIdField
from casemate.crypto.kdf import sha3_256
from casemate.crypto.keys import (
    KEY_BYTES,
    DeviceSigningPrivate,
    Ed25519Public,
    Ed25519PublicField,
    Entropy,
    ServerPrivate,
    Signature,
)
from casemate.crypto.primitives import ed25519_public, ed25519_sign, ed25519_verify
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.link import ClientHello, ServerHello

NONCE_BYTES: Final = 32
START_ID_BYTES: Final = 16

NonceField = Annotated[bytes, msgspec.Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]


class Greeting(msgspec.Struct, frozen=True, array_like=True):
    """What both hellos said; its canonical encoding is what the proofs cover."""

    client_versions: tuple[int, int]
    client_features: tuple[str, ...]
    client_nonce: NonceField
    version: int
    server_features: tuple[str, ...]
    server_key: Ed25519PublicField
    server_nonce: NonceField
    password_required: bool


def greeting_of(hello: ClientHello, answer: ServerHello) -> Greeting:
    """What both said. Whether it is the server of that key is what `verify_server` finds out."""
    return Greeting(
        client_versions=hello.versions,
        client_features=tuple(hello.features),
        client_nonce=hello.nonce,
        version=answer.version,
        server_features=tuple(answer.features),
        server_key=Ed25519Public(answer.server_key),
        server_nonce=answer.nonce,
        password_required=answer.password_required,
    )


class _Claim(msgspec.Struct, frozen=True, array_like=True):
    greeting: Greeting
    account_id: AccountIdField
    device_id: DeviceIdField
    start_counter: int
    start_id: bytes
    new_account: bytes


def new_server_key(entropy: Entropy) -> tuple[ServerPrivate, Ed25519Public]:
    """A fresh identity of a workspace server."""
    private = ServerPrivate(entropy(KEY_BYTES))
    return private, ed25519_public(private)


def prove_server(private: ServerPrivate, greeting: Greeting) -> Signature:
    """The server's proof. Raises BadKeyMaterial for a nonce of the wrong length."""
    _check(greeting)
    return ed25519_sign(private, labels.LINK_SERVER, encode(greeting))


def verify_server(greeting: Greeting, signature: bytes) -> None:
    """Check the proof under the key the greeting names; the caller compares that key with its pin.

    Raises BadSignature or BadKeyMaterial.
    """
    _check(greeting)
    ed25519_verify(greeting.server_key, labels.LINK_SERVER, encode(greeting), signature)


def prove_device(
    private: DeviceSigningPrivate,
    greeting: Greeting,
    account_id: AccountId,
    device_id: DeviceId,
    start_counter: int,
    start_id: bytes,
    new_account: bytes = b"",
) -> Signature:
    """The device's proof, for this link, this server and this start only."""
    _check(greeting)
    claim = _Claim(greeting, account_id, device_id, start_counter, start_id, new_account)
    return ed25519_sign(private, labels.LINK_DEVICE, encode(claim))


def verify_device(
    signing_key: Ed25519Public,
    signature: bytes,
    greeting: Greeting,
    account_id: AccountId,
    device_id: DeviceId,
    start_counter: int,
    start_id: bytes,
    new_account: bytes = b"",
) -> None:
    """Check the proof under a key from the account's device list. Raises BadSignature or BadKeyMaterial."""
    _check(greeting)
    claim = _Claim(greeting, account_id, device_id, start_counter, start_id, new_account)
    ed25519_verify(signing_key, labels.LINK_DEVICE, encode(claim), signature)


def new_account_digest(username: str, full_name: str, device_list: bytes, bundle: bytes) -> bytes:
    """What the first device of a new account signs besides: nobody can put another name or bundle into its frame."""
    parts = (username.encode("utf-8"), full_name.encode("utf-8"), device_list, bundle)
    return sha3_256(labels.NEW_ACCOUNT, *(len(part).to_bytes(4, "big") + part for part in parts))


def _check(greeting: Greeting) -> None:
    if len(greeting.client_nonce) != NONCE_BYTES or len(greeting.server_nonce) != NONCE_BYTES:
        raise BadKeyMaterial("nonce")
