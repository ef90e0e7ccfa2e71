"""Link proofs hold for one link, one server, one device and one start only."""

import msgspec
import pytest

from casemate.crypto.errors import BadKeyMaterial, BadSignature
from casemate.crypto.identity import new_account, new_device
from casemate.crypto.link_proof import (
    Greeting,
    new_account_digest,
    new_server_key,
    prove_device,
    prove_server,
    verify_device,
    verify_server,
)
from casemate.crypto.testing import repeatable_entropy

ENTROPY = repeatable_entropy(b"link")
SERVER, SERVER_KEY = new_server_key(ENTROPY)
OTHER_SERVER, OTHER_KEY = new_server_key(ENTROPY)
ACCOUNT, DEVICE, OTHER_DEVICE = new_account(ENTROPY), new_device(ENTROPY), new_device(ENTROPY)
GREETING = Greeting((1, 1), ("a", "b"), b"c" * 32, 1, ("b",), SERVER_KEY, b"s" * 32, password_required=False)
CLAIM = (ACCOUNT.account_id, DEVICE.device_id, 5, b"i" * 16, b"")

OTHER_GREETINGS = [
    msgspec.structs.replace(GREETING, **change)
    for change in (
        {"client_versions": (1, 2)},
        {"client_features": ("ab",)},
        {"client_nonce": b"C" * 32},
        {"version": 2},
        {"server_features": ()},
        {"server_nonce": b"S" * 32},
        {"password_required": True},
    )
]


def test_the_server_proves_the_key_it_names() -> None:
    verify_server(GREETING, prove_server(SERVER, GREETING))


@pytest.mark.parametrize("other", [*OTHER_GREETINGS, msgspec.structs.replace(GREETING, server_key=OTHER_KEY)])
def test_a_server_proof_holds_for_its_own_greeting_only(other: Greeting) -> None:
    with pytest.raises(BadSignature):
        verify_server(other, prove_server(SERVER, GREETING))


def test_a_stranger_cannot_prove_the_servers_key() -> None:
    with pytest.raises(BadSignature):
        verify_server(GREETING, prove_server(OTHER_SERVER, GREETING))


def test_the_device_proves_its_key() -> None:
    verify_device(DEVICE.entry.signing_key, prove_device(DEVICE.signing, GREETING, *CLAIM), GREETING, *CLAIM)


@pytest.mark.parametrize("other", [*OTHER_GREETINGS, msgspec.structs.replace(GREETING, server_key=OTHER_KEY)])
def test_a_device_proof_cannot_be_used_on_another_link_or_server(other: Greeting) -> None:
    with pytest.raises(BadSignature):
        verify_device(DEVICE.entry.signing_key, prove_device(DEVICE.signing, GREETING, *CLAIM), other, *CLAIM)


@pytest.mark.parametrize(
    "other",
    [
        (b"x" * 32, *CLAIM[1:]),
        (CLAIM[0], OTHER_DEVICE.device_id, *CLAIM[2:]),
        (*CLAIM[:2], 6, *CLAIM[3:]),
        (*CLAIM[:3], b"j" * 16, b""),
        (*CLAIM[:4], new_account_digest("alice", "Alice", b"", b"")),
    ],
)
def test_a_device_proof_holds_for_its_own_claim_only(other: tuple[bytes, bytes, int, bytes, bytes]) -> None:
    signature = prove_device(DEVICE.signing, GREETING, *CLAIM)
    with pytest.raises(BadSignature):
        verify_device(DEVICE.entry.signing_key, signature, GREETING, *other)  # type: ignore[arg-type]


def test_another_device_cannot_prove_it() -> None:
    with pytest.raises(BadSignature):
        verify_device(DEVICE.entry.signing_key, prove_device(OTHER_DEVICE.signing, GREETING, *CLAIM), GREETING, *CLAIM)


def test_nonces_of_another_length_are_refused() -> None:
    for change in ({"client_nonce": b""}, {"server_nonce": b"s" * 31}):
        with pytest.raises(BadKeyMaterial):
            prove_server(SERVER, msgspec.structs.replace(GREETING, **change))


def test_no_byte_moves_between_the_parts_of_a_new_account() -> None:
    digests = {
        new_account_digest("ab", "c", b"d", b"e"),
        new_account_digest("a", "bc", b"d", b"e"),
        new_account_digest("ab", "c", b"de", b""),
        new_account_digest("ab", "c", b"", b"de"),
    }
    assert len(digests) == 4
