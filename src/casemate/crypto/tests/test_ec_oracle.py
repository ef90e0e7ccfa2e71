"""Our EC ratchet talks with an independent implementation of the Double Ratchet, message by message.

`doubleratchet` 1.3 plays the other side over the same KDFs: HKDF-SHA256 for
the root chain and HMAC-SHA256 with 0x01 and 0x02 for the message chains. Its
AEAD is replaced by one that hands out the message key, and it is compared
key by key, with loss and reordering, in both roles. It draws a new ratchet
key when it receives, we when we next send; on the wire that is the same.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

import doubleratchet
from doubleratchet.recommended import diffie_hellman_ratchet_curve25519, kdf_hkdf, kdf_separate_hmacs
from doubleratchet.recommended.crypto_provider import HashFunction
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto import labels
from casemate.crypto.ec_ratchet import EcHeader, EcState, ec_initiator, ec_receive, ec_responder, ec_send
from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.keys import PrekeyPrivate, RootKey, X25519Public
from casemate.crypto.primitives import x25519_public
from casemate.crypto.skipped import MAX_KEPT, MAX_SKIP
from casemate.crypto.testing import repeatable_entropy

T = TypeVar("T")

ROOT = RootKey(b"r" * 32)
PREKEY = PrekeyPrivate(b"p" * 32)
PREKEY_PUBLIC = x25519_public(PREKEY)


class OracleRatchet(diffie_hellman_ratchet_curve25519.DiffieHellmanRatchet):
    """X25519, as we."""


class RootKdf(kdf_hkdf.KDF):
    @staticmethod
    def _get_hash_function() -> HashFunction:
        return HashFunction.SHA_256

    @staticmethod
    def _get_info() -> bytes:
        return labels.EC_ROOT


class ChainKdf(kdf_separate_hmacs.KDF):
    @staticmethod
    def _get_hash_function() -> HashFunction:
        return HashFunction.SHA_256


class HandsOutKeys(doubleratchet.aead.AEAD):
    """No AEAD at all: the "ciphertext" is the message key, and opening returns the key it would open with."""

    @staticmethod
    async def encrypt(plaintext: bytes, key: bytes, associated_data: bytes) -> bytes:
        return key

    @staticmethod
    async def decrypt(ciphertext: bytes, key: bytes, associated_data: bytes) -> bytes:
        return key


class Oracle(doubleratchet.DoubleRatchet):
    @staticmethod
    def _build_associated_data(associated_data: bytes, header: doubleratchet.Header) -> bytes:
        return associated_data


PARAMETERS: dict[str, Any] = {
    "diffie_hellman_ratchet_class": OracleRatchet,
    "root_chain_kdf": RootKdf,
    "message_chain_kdf": ChainKdf,
    "message_chain_constant": b"\x02\x01",
    "dos_protection_threshold": MAX_SKIP,
    "max_num_skipped_message_keys": MAX_KEPT,
    "aead": HandsOutKeys,
}


def wait(awaitable: Awaitable[T]) -> T:
    async def run() -> T:
        return await awaitable

    return asyncio.run(run())


def theirs_to_ours(message: doubleratchet.EncryptedMessage) -> tuple[EcHeader, bytes]:
    header = message.header
    public = X25519Public(header.ratchet_pub)
    return EcHeader(public, header.previous_sending_chain_length, header.sending_chain_length), message.ciphertext


def ours_to_theirs(header: EcHeader) -> doubleratchet.EncryptedMessage:
    return doubleratchet.EncryptedMessage(doubleratchet.Header(header.public, header.before, header.number), b"")


class Conversation:
    """We on one end, the oracle on the other; either may have started it."""

    def __init__(self, *, we_start: bool) -> None:
        self.entropy = repeatable_entropy(b"oracle")
        self.to_us: list[tuple[EcHeader, bytes]] = []
        self.to_them: list[tuple[doubleratchet.EncryptedMessage, bytes]] = []
        self.ours: EcState
        if we_start:
            self.ours = ec_initiator(ROOT, PREKEY_PUBLIC)
            self.ours, header, key = ec_send(self.ours, self.entropy)
            self.theirs, opened = wait(
                Oracle.decrypt_initial_message(
                    shared_secret=ROOT.secret,
                    own_ratchet_priv=PREKEY.secret,
                    message=ours_to_theirs(header),
                    associated_data=b"",
                    **PARAMETERS,
                )
            )
            assert opened == key.secret
        else:
            self.ours = ec_responder(ROOT, PREKEY)
            self.theirs, message = wait(
                Oracle.encrypt_initial_message(
                    shared_secret=ROOT.secret,
                    recipient_ratchet_pub=PREKEY_PUBLIC,
                    message=b"",
                    associated_data=b"",
                    **PARAMETERS,
                )
            )
            self.to_us.append(theirs_to_ours(message))
            self.we_read(0)

    def we_write(self) -> None:
        self.ours, header, key = ec_send(self.ours, self.entropy)
        self.to_them.append((ours_to_theirs(header), key.secret))

    def they_write(self) -> None:
        self.to_us.append(theirs_to_ours(wait(self.theirs.encrypt_message(b"", b""))))

    def we_read(self, position: int) -> None:
        header, key = self.to_us.pop(position)
        self.ours, opened = ec_receive(self.ours, header, 0)
        assert opened.secret == key
        with suppress(EnvelopeUnreadable):  # a repeat from a retired chain looks like a new one, and opens nothing
            assert ec_receive(self.ours, header, 0)[1] != opened

    def they_read(self, position: int) -> None:
        message, key = self.to_them.pop(position)
        assert wait(self.theirs.decrypt_message(message, b"")) == key


@given(we_start=st.booleans(), data=st.data())
def test_the_keys_are_those_of_an_independent_implementation(*, we_start: bool, data: st.DataObject) -> None:
    talk = Conversation(we_start=we_start)
    for _ in range(data.draw(st.integers(1, 25))):
        acts = ["we_write", "they_write"]
        acts += ["we_read"] * 2 if talk.to_us else []
        acts += ["they_read"] * 2 if talk.to_them else []
        match data.draw(st.sampled_from(acts)):
            case "we_write":
                talk.we_write()
            case "they_write":
                talk.they_write()
            case "we_read":
                talk.we_read(data.draw(st.integers(0, len(talk.to_us) - 1)))
            case _:
                talk.they_read(data.draw(st.integers(0, len(talk.to_them) - 1)))
    while talk.to_us:
        talk.we_read(0)
    while talk.to_them:
        talk.they_read(0)
