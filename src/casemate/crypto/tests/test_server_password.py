"""The proof of a server password by the page alone, and what it holds for."""

import hashlib
import hmac

import msgspec
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from casemate.crypto.link_proof import Greeting, new_server_key
from casemate.crypto.server_password import password_fits, prove_password, server_password_key
from casemate.crypto.testing import repeatable_entropy

SERVER_KEY = new_server_key(repeatable_entropy(b"server"))[1]
GREETING = Greeting((1, 1), ("a",), b"c" * 32, 1, (), SERVER_KEY, b"s" * 32, password_required=True)
HASHES = [hashlib.sha3_256(word).digest() for word in (b"open", b"sesame")]
KEY = server_password_key(HASHES, SERVER_KEY)


def test_the_proof_by_the_page_alone() -> None:
    salt = hashlib.sha3_256(b"casemate/server-password-salt/1" + SERVER_KEY).digest()[:16]
    kdf = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    key = kdf.derive(b"".join(HASHES))
    message = b"casemate/server-password/1" + msgspec.msgpack.encode(GREETING)
    assert prove_password(KEY, GREETING) == hmac.digest(key, message, "sha256")


@pytest.mark.parametrize("change", [{"client_nonce": b"d" * 32}, {"server_nonce": b"t" * 32}, {"version": 2}])
def test_a_proof_holds_for_one_greeting(change: dict[str, object]) -> None:
    proof = prove_password(KEY, GREETING)
    assert password_fits(KEY, GREETING, proof)
    assert not password_fits(KEY, msgspec.structs.replace(GREETING, **change), proof)


def test_the_key_is_of_one_server_and_of_all_passwords_in_their_order() -> None:
    other_server = new_server_key(repeatable_entropy(b"another"))[1]
    others = [
        server_password_key(HASHES, other_server),
        server_password_key(HASHES[::-1], SERVER_KEY),
        server_password_key(HASHES[:1], SERVER_KEY),
    ]
    assert KEY not in others
    assert server_password_key(HASHES, SERVER_KEY) == KEY
