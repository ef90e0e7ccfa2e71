"""People with real keys, and the frames their devices would send: what every test of the server needs."""

from dataclasses import dataclass, field
from itertools import count
from typing import Final

from casemate.crypto.identity import OwnAccount, OwnDevice, new_account, new_device, sign_device_list
from casemate.crypto.keys import Ed25519Public, Entropy
from casemate.crypto.link_proof import (
    NONCE_BYTES,
    START_ID_BYTES,
    Greeting,
    greeting_of,
    new_account_digest,
    prove_device,
    verify_server,
)
from casemate.crypto.names import sign_names
from casemate.crypto.server_password import prove_password, server_password_key
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.ids import AccountId, Cid, DeviceId, cid_of
from casemate.protocol.link import Authenticate, ClientHello, CreateAccount, ServerHello
from casemate.protocol.names import shown_full_name, shown_username
from casemate.protocol.versions import INVITES_FEATURE, LINK_VERSIONS

BUNDLE: Final = b"a last-resort bundle, opaque to the server"


@dataclass
class Person:
    """One account with one device."""

    username: str
    full_name: str
    account: OwnAccount
    device: OwnDevice
    entropy: Entropy
    start_counter: int = 1
    start_id: bytes = bytes(START_ID_BYTES)
    server_password: list[bytes] | None = None
    invite: tuple[bytes, bytes] = (b"", b"")
    """Id and token of the invitation that it registers with."""
    first_list: bytes = b""
    """Registers with this instead of a list of the one device."""
    features: list[str] = field(default_factory=lambda: [INVITES_FEATURE])
    """That its program has."""
    request_ids: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def account_id(self) -> AccountId:
        return self.account.account_id

    @property
    def cid(self) -> Cid:
        return cid_of(self.account.account_id)

    @property
    def device_id(self) -> DeviceId:
        return self.device.device_id

    @property
    def device_list(self) -> bytes:
        return self.first_list or sign_device_list(self.account, 1, (self.device.entry,))

    def restarted(self) -> None:
        """The next start of this device."""
        self.start_counter += 1
        self.start_id = self.entropy(START_ID_BYTES)

    def hello(self) -> ClientHello:
        return ClientHello(LINK_VERSIONS, self.features, self.entropy(NONCE_BYTES))

    def create_account(self, greeting: Greeting) -> CreateAccount:
        device_list = self.device_list
        digest = new_account_digest(self.username, self.full_name, device_list, BUNDLE)
        signature = prove_device(
            self.device.signing,
            greeting,
            self.account_id,
            self.device_id,
            self.start_counter,
            self.start_id,
            digest,
        )
        return CreateAccount(
            username=self.username,
            full_name=self.full_name,
            device_list=device_list,
            bundle=BUNDLE,
            server_password=self.proves_password(greeting),
            start_counter=self.start_counter,
            start_id=self.start_id,
            signature=signature,
            names=self.signs_names(greeting.server_key),
            invite_id=self.invite[0],
            admit_token=self.invite[1],
        )

    def proves_password(self, greeting: Greeting) -> list[bytes] | None:
        if self.server_password is None:
            return None
        return [prove_password(server_password_key(self.server_password, greeting.server_key), greeting)]

    def signs_names(
        self, server_key: Ed25519Public, number: int = 1, *, username: str = "", full_name: str = ""
    ) -> bytes:
        return sign_names(
            self.account,
            server_key,
            number,
            username or shown_username(self.username),
            full_name or shown_full_name(self.full_name),
        )

    def authenticate(self, greeting: Greeting) -> Authenticate:
        signature = prove_device(
            self.device.signing, greeting, self.account_id, self.device_id, self.start_counter, self.start_id
        )
        return Authenticate(self.account_id, self.device_id, self.start_counter, self.start_id, signature)


def new_person(name: str, full_name: str | None = None) -> Person:
    """The same keys for the same name."""
    entropy = repeatable_entropy(name.encode())
    account = new_account(entropy)
    device = new_device(entropy)
    person = Person(name, full_name or f"{name.capitalize()} Example", account, device, entropy)
    person.start_id = entropy(START_ID_BYTES)
    return person


def check_greeting(hello: ClientHello, answer: ServerHello) -> Greeting:
    """What both said, once the server's proof holds."""
    greeting = greeting_of(hello, answer)
    verify_server(greeting, answer.signature)
    return greeting
