"""The password of a server: proven by who joins, never shown. What travels is worth nothing on another link."""

from collections.abc import Sequence
from typing import Final

from casemate.crypto import labels
from casemate.crypto.canonical import encode
from casemate.crypto.kdf import equal, hmac_sha256, sha3_256
from casemate.crypto.keys import KEY_BYTES, Ed25519Public, ServerPasswordKey
from casemate.crypto.link_proof import Greeting
from casemate.crypto.primitives import argon2id

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
"""What a guess costs whoever has recorded a proof, and the computer that joins. Neither side chooses it, so that nobody
makes the other work."""
_SALT_BYTES: Final = 16


def server_password_key(hashes: Sequence[bytes], server_key: Ed25519Public) -> ServerPasswordKey:
    """From the SHA3-256 of each password, in their order. Salted with the server's identity: it is proven in the hello
    and no other server has it. Takes some tens of milliseconds on purpose."""
    salt = sha3_256(labels.SERVER_PASSWORD_SALT, server_key)[:_SALT_BYTES]
    secret = argon2id(b"".join(hashes), salt, memory_kib=MEMORY_KIB, passes=PASSES, lanes=1, length=KEY_BYTES)
    return ServerPasswordKey(secret)


def prove_password(key: ServerPasswordKey, greeting: Greeting) -> bytes:
    """32 bytes that hold for this link: the greeting has random bytes of both sides."""
    return hmac_sha256(key.secret, labels.SERVER_PASSWORD + encode(greeting))


def password_fits(key: ServerPasswordKey, greeting: Greeting, proof: bytes) -> bool:
    return equal(prove_password(key, greeting), proof)
