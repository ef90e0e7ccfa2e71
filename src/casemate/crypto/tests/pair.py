"""Two people with a device each, for the tests of this package."""

from dataclasses import dataclass, field

from casemate.crypto.envelope import Origin, open_envelope, read_envelope, seal
from casemate.crypto.identity import (
    DeviceList,
    OwnAccount,
    OwnDevice,
    new_account,
    new_device,
    sign_device_list,
    verify_device_list,
)
from casemate.crypto.kem import Kem
from casemate.crypto.keys import Entropy
from casemate.crypto.prekeys import (
    PrekeyBundle,
    PrekeySecrets,
    new_last_resort_bundle,
    new_one_time_bundle,
    verify_bundle,
)
from casemate.crypto.primitives import Aead
from casemate.crypto.session import Session, answer_session, start_session
from casemate.crypto.testing import RepeatableKem, repeatable_entropy

NOW = 1_800_000_000
ORIGIN = Origin(b"1st life", 1)
MONTH = 30 * 86_400


@dataclass
class Person:
    """An account with one device."""

    entropy: Entropy
    kem: Kem
    account: OwnAccount = field(init=False)
    device: OwnDevice = field(init=False)

    def __post_init__(self) -> None:
        self.account = new_account(self.entropy)
        self.device = new_device(self.entropy)

    @property
    def signed_list(self) -> bytes:
        return sign_device_list(self.account, 1, (self.device.entry,))

    @property
    def device_list(self) -> DeviceList:
        return verify_device_list(self.signed_list, self.account.account_id)

    def one_time(self) -> tuple[bytes, PrekeySecrets]:
        return new_one_time_bundle(
            self.account, self.device, self.entropy, self.kem, now_seconds=NOW, lifetime_seconds=MONTH
        )

    def last_resort(self) -> tuple[bytes, PrekeySecrets]:
        return new_last_resort_bundle(
            self.account, self.device, self.entropy, self.kem, now_seconds=NOW, lifetime_seconds=MONTH
        )

    def bundle_of(self, peer: "Person", data: bytes) -> PrekeyBundle:
        return verify_bundle(data, peer.device_list, now_seconds=NOW)

    def start(self, peer: "Person", bundle: bytes, aead: Aead = Aead.AES_256_GCM) -> Session:
        return start_session(
            self.device,
            self.account.account_id,
            self.account.keys.current,
            peer.device_list,
            self.bundle_of(peer, bundle),
            aead,
            self.entropy,
            self.kem,
        )

    def answer(self, peer: "Person", secrets: PrekeySecrets, envelope: bytes) -> Session:
        initial = read_envelope(envelope).initial_header
        assert initial is not None
        return answer_session(self.device, peer.device_list, secrets, initial, self.kem)


def two_people(seed: bytes = b"two people", kem: Kem | None = None) -> tuple[Person, Person]:
    """Alice and Bea, drawing from one stream of entropy."""
    entropy = repeatable_entropy(seed)
    kem = kem or RepeatableKem(repeatable_entropy(b"kem " + seed))
    return Person(entropy, kem), Person(entropy, kem)


@dataclass
class Talk:
    """A session seen from both ends; `alice` started it."""

    alice: Session
    bea: Session
    entropy: Entropy
    kem: Kem

    def send(self, sender: str, text: bytes) -> bytes:
        """Seal one message; the envelope is for `receive`."""
        session, envelope = seal(self._side(sender), 1, ORIGIN, text, self.entropy, self.kem)
        self._set(sender, session)
        return envelope

    def receive(self, reader: str, envelope: bytes) -> bytes:
        session, _, text = open_envelope(self._side(reader), envelope, self.kem)
        self._set(reader, session)
        return text

    def says(self, sender: str, text: bytes) -> None:
        """One message that arrives."""
        assert self.receive(other(sender), self.send(sender, text)) == text

    def round_trips(self, count: int) -> None:
        for number in range(count):
            self.says("alice", b"ping %d" % number)
            self.says("bea", b"pong %d" % number)

    def _side(self, name: str) -> Session:
        return self.alice if name == "alice" else self.bea

    def _set(self, name: str, session: Session) -> None:
        if name == "alice":
            self.alice = session
        else:
            self.bea = session


def other(name: str) -> str:
    return "bea" if name == "alice" else "alice"


def two_in_session(seed: bytes = b"session", kem: Kem | None = None, aead: Aead = Aead.AES_256_GCM) -> Talk:
    """A session in which the first message was read."""
    alice, bea = two_people(seed, kem)
    bundle, secrets = bea.one_time()
    session = alice.start(bea, bundle, aead)
    session, envelope = seal(session, 1, ORIGIN, b"first", alice.entropy, alice.kem)
    answered = bea.answer(alice, secrets, envelope)
    answered, _, text = open_envelope(answered, envelope, bea.kem)
    assert text == b"first"
    return Talk(session, answered, alice.entropy, alice.kem)
