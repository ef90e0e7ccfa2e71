"""Two ratchet states and the messages under way between them, for the tests of the ratchet."""

from casemate.crypto.kem import MlKem768
from casemate.crypto.keys import PrekeyPrivate, RootKey
from casemate.crypto.primitives import Aead, x25519_public
from casemate.crypto.ratchet import decrypt, encrypt, initiator_state, responder_state
from casemate.crypto.testing import RepeatableKem, repeatable_entropy

AD = b"associated data"
PREKEY = PrekeyPrivate(b"p" * 32)
EC_ROOT, PQ_ROOT = RootKey(b"e" * 32), RootKey(b"q" * 32)
OFFER_BYTES, ANSWER_BYTES = 1184, 1088


class Pair:
    """Two ratchet states and the messages under way between them."""

    def __init__(self, seed: bytes = b"pair", aead: Aead = Aead.AES_256_GCM) -> None:
        self.entropy = repeatable_entropy(seed)
        self.kem: RepeatableKem | MlKem768 = RepeatableKem(repeatable_entropy(b"kem" + seed))
        self.states = {
            "alice": initiator_state(aead, EC_ROOT, PQ_ROOT, x25519_public(PREKEY)),
            "bea": responder_state(aead, EC_ROOT, PQ_ROOT, PREKEY),
        }
        self.says("alice", b"first")

    def write(self, sender: str, text: bytes) -> bytes:
        self.states[sender], message = encrypt(self.states[sender], text, AD, self.entropy, self.kem)
        return message

    def read(self, reader: str, message: bytes) -> bytes:
        self.states[reader], text = decrypt(self.states[reader], message, AD, self.kem)
        return text

    def says(self, sender: str, text: bytes) -> None:
        assert self.read(peer_of(sender), self.write(sender, text)) == text

    def talk(self, round_trips: int) -> None:
        for number in range(round_trips):
            self.says("alice", b"ping %d" % number)
            self.says("bea", b"pong %d" % number)

    def epoch(self, name: str) -> int:
        return self.states[name].pq.epoch


def peer_of(name: str) -> str:
    return "bea" if name == "alice" else "alice"
