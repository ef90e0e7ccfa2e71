"""Two devices with real keys and the sessions between them, and contents as the older program wrote them.

What an older program stored in a form of its own is spelled out here, so that a newer form does not change it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from casemate.crypto.control import seal_control
from casemate.crypto.envelope import Origin, open_envelope, read_envelope, seal
from casemate.crypto.identity import DeviceList, OwnAccount, OwnDevice, new_account, new_device, sign_device_list
from casemate.crypto.identity import verify_device_list as verified
from casemate.crypto.kem import Kem
from casemate.crypto.padding import pad, unpad
from casemate.crypto.prekeys import PrekeySecrets, new_last_resort_bundle, new_one_time_bundle, verify_bundle
from casemate.crypto.primitives import Aead
from casemate.crypto.session import Session, answer_session, start_session
from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.node import Entropy
from casemate.protocol.ids import AccountId, DeviceId, MessageId

DAYS: Final = 86_400.0
BUNDLE_DAYS: Final = 7


class Side:
    """An account and its one device."""

    def __init__(self, name: str, entropy: Entropy, kem: Kem, wall: float) -> None:
        self.name = name
        self.account: OwnAccount = new_account(entropy)
        self.device: OwnDevice = new_device(entropy)
        self.device_list = sign_device_list(self.account, 1, (self.device.entry,))
        self.last_resort, self.last_resort_secrets = new_last_resort_bundle(
            self.account,
            self.device,
            entropy,
            kem,
            now_seconds=int(wall),
            lifetime_seconds=int(BUNDLE_DAYS * DAYS),
        )

    def with_new_device(self, entropy: Entropy, kem: Kem, wall: float) -> "Side":
        newer = Side(self.name, entropy, kem, wall)
        newer.account = self.account
        newer.device_list = sign_device_list(self.account, 2, (newer.device.entry,))
        return newer

    @property
    def account_id(self) -> AccountId:
        return self.account.account_id

    @property
    def device_id(self) -> DeviceId:
        return self.device.device_id

    @property
    def devices(self) -> DeviceList:
        return verified(self.device_list, self.account_id)

    def one_time_bundle(self, entropy: Entropy, kem: Kem, wall: float) -> tuple[bytes, PrekeySecrets]:
        return new_one_time_bundle(
            self.account,
            self.device,
            entropy,
            kem,
            now_seconds=int(wall),
            lifetime_seconds=int(30 * DAYS),
        )

    def secrets(self, wall: float) -> bytes:
        """As the older program kept them."""
        expires_at = wall + BUNDLE_DAYS * DAYS
        return msgspec.msgpack.encode(
            (1, self.account, self.device, self.device_list, self.last_resort, expires_at, True)
        )


@dataclass
class Wire:
    """Two sides that have a session, and what is sealed in it. `ours` and `theirs` are never further than the other
    one could follow."""

    me: Side
    other: Side
    entropy: Entropy = field(repr=False)
    kem: Kem = field(repr=False)
    ours: Session = field(init=False)
    theirs: Session = field(init=False)

    def begin(self, number: int, origin: Origin, content: bytes, wall: float) -> None:
        """We begin a session from a fresh bundle of theirs; its first envelope, which they open, holds this."""
        bundle, secrets = self.other.one_time_bundle(self.entropy, self.kem, wall)
        self.ours = start_session(
            self.me.device,
            self.me.account_id,
            self.me.account.keys.current,
            self.other.devices,
            verify_bundle(bundle, self.other.devices, now_seconds=int(wall)),
            Aead.AES_256_GCM,
            self.entropy,
            self.kem,
        )
        envelope = self.seal(number, origin, content)
        header = read_envelope(envelope)
        assert header.initial_header is not None
        self.theirs = answer_session(self.other.device, self.me.devices, secrets, header.initial_header, self.kem)
        self.they_open(envelope)

    def begun_by_them(self, number: int, origin: Origin, content: bytes, bundle: bytes, wall: float) -> bytes:
        """They begin one from a bundle of ours; its first envelope, which we have not opened. `ours` stays as it is."""
        self.theirs = start_session(
            self.other.device,
            self.other.account_id,
            self.other.account.keys.current,
            self.me.devices,
            verify_bundle(bundle, self.me.devices, now_seconds=int(wall)),
            Aead.AES_256_GCM,
            self.entropy,
            self.kem,
        )
        return self.they_seal(number, origin, content)

    def seal(self, number: int, origin: Origin, content: bytes) -> bytes:
        self.ours, envelope = seal(self.ours, number, origin, content, self.entropy, self.kem)
        return envelope

    def they_open(self, envelope: bytes) -> bytes:
        """The content that they find in it."""
        self.theirs, _, content = open_envelope(self.theirs, envelope, self.kem)
        return content

    def they_seal(self, number: int, origin: Origin, content: bytes) -> bytes:
        self.theirs, envelope = seal(self.theirs, number, origin, content, self.entropy, self.kem)
        return envelope

    def open(self, envelope: bytes) -> bytes:
        self.ours, _, content = open_envelope(self.ours, envelope, self.kem)
        return content

    def they_would_find(self, envelopes: Iterable[bytes]) -> list[bytes]:
        """The contents, should they open these now; no step is taken."""
        return self._found(self.theirs, envelopes)

    def we_would_find(self, envelopes: Iterable[bytes]) -> list[bytes]:
        return self._found(self.ours, envelopes)

    def _found(self, session: Session, envelopes: Iterable[bytes]) -> list[bytes]:
        contents: list[bytes] = []
        for envelope in envelopes:
            session, _, content = open_envelope(session, envelope, self.kem)
            contents.append(content)
        return contents

    def they_say(self, note: object) -> bytes:
        """A note of theirs under the session's control key."""
        return seal_control(self.theirs, msgspec.msgpack.encode(note), self.entropy)

    def content(
        self,
        kind: str,
        message_id: MessageId,
        counter: int,
        heads: tuple[MessageId, ...],
        body: bytes,
        wall: float,
    ) -> bytes:
        """A sealed content's plaintext of version 1: nine fields, padded."""
        conversation = conversation_id(self.me.account_id, self.other.account_id)
        fields = (1, kind, message_id, conversation, counter, heads, round(wall * 1000), None, body)
        return pad(msgspec.msgpack.encode(fields))


def message_id_in(content: bytes) -> MessageId:
    """Of a content of version 1."""
    return MessageId(msgspec.msgpack.decode(unpad(content))[2])


def body_in(content: bytes) -> bytes:
    return bytes(msgspec.msgpack.decode(unpad(content))[8])
