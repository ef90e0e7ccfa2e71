"""How fast sessions seal, open and are stored: `python -m benchmarks.crypto [--profile]`.

Every figure includes turning both sides' states into the bytes that a store
would write, for each message.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks.machine import print_heading
from casemate.crypto.content import Content, encode_content
from casemate.crypto.control import open_control, seal_control
from casemate.crypto.envelope import UNKNOWN_ORIGIN, open_envelope, read_envelope, seal
from casemate.crypto.identity import (
    OwnAccount,
    OwnDevice,
    new_account,
    new_device,
    sign_device_list,
    verify_device_list,
)
from casemate.crypto.kem import MlKem768
from casemate.crypto.prekeys import new_one_time_bundle, verify_bundle
from casemate.crypto.primitives import Aead
from casemate.crypto.safety import safety_number
from casemate.crypto.session import Session, answer_session, session_from_bytes, start_session
from casemate.crypto.vault import lock_with_password, new_database_key, unlock_with_password
from casemate.protocol.ids import ConversationId, MessageId

KEM: Final = MlKem768()
CHAT: Final = encode_content(
    Content(
        1,
        "chat",
        MessageId(bytes(16)),
        ConversationId(bytes(16)),
        1,
        (MessageId(bytes(16)),),
        1,
        None,
        b"A line of chat. " * 5,
    )
)


@dataclass
class Talk:
    """Both ends of one session."""

    writer: Session
    reader: Session

    def message(self, number: int) -> None:
        self.writer, envelope = seal(self.writer, number, UNKNOWN_ORIGIN, CHAT, os.urandom, KEM)
        self.writer.to_bytes()
        self.reader, _, _ = open_envelope(self.reader, envelope, KEM)
        self.reader.to_bytes()

    def message_from_storage(self, number: int) -> None:
        """As above, and both states are read from bytes first."""
        self.writer = session_from_bytes(self.writer.to_bytes())
        self.reader = session_from_bytes(self.reader.to_bytes())
        self.message(number)

    def turn(self, number: int) -> None:
        """A message whose sender has just read one: one EC ratchet step."""
        self.writer, self.reader = self.reader, self.writer
        self.message(number)

    def control(self, number: int) -> None:
        open_control(self.reader, seal_control(self.writer, number.to_bytes(8, "big"), os.urandom))


def people() -> tuple[tuple[OwnAccount, OwnDevice], tuple[OwnAccount, OwnDevice]]:
    return (new_account(os.urandom), new_device(os.urandom)), (new_account(os.urandom), new_device(os.urandom))


def started(aead: Aead) -> Talk:
    """A whole handshake: lists and bundle are signed and verified, the first message is read."""
    (alice, laptop), (bea, phone) = people()
    alices = verify_device_list(sign_device_list(alice, 1, (laptop.entry,)))
    beas = verify_device_list(sign_device_list(bea, 1, (phone.entry,)))
    data, secrets = new_one_time_bundle(bea, phone, os.urandom, KEM, now_seconds=0, lifetime_seconds=60)
    bundle = verify_bundle(data, beas, now_seconds=1)
    writer = start_session(laptop, alice.account_id, alice.keys.current, beas, bundle, aead, os.urandom, KEM)
    writer, envelope = seal(writer, 1, UNKNOWN_ORIGIN, CHAT, os.urandom, KEM)
    reader = answer_session(phone, alices, secrets, read_envelope(envelope).initial_header or b"", KEM)
    reader, _, _ = open_envelope(reader, envelope, KEM)
    talk = Talk(writer, reader)
    for number in range(200):
        talk.turn(number)
    return talk


def measure(name: str, act: Callable[[int], object], count: int) -> None:
    """Best and median of five rounds, per second of processor time, so that other work on the machine counts little."""
    rates = []
    for _ in range(5):
        begin = time.process_time()
        for number in range(count):
            act(number)
        rates.append(count / (time.process_time() - begin))
    print(f"{name:<58} {statistics.median(rates):>10,.0f} /s   best {max(rates):>10,.0f} /s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="show where in-chain messages spend their time")
    profile: bool = parser.parse_args().profile
    print_heading("Sessions: seal, open, store, on one core")
    for aead in Aead:
        talk = started(aead)
        print(f"\n{aead.name}: state {len(talk.writer.to_bytes())} bytes, content {len(CHAT)} bytes")
        measure("message in a chain: seal, store, open, store", talk.message, 10_000)
        measure("message in a chain, states read from storage, too", talk.message_from_storage, 10_000)
        measure("message that turns the conversation (EC step)", talk.turn, 2_000)
        measure("control message: seal, open", talk.control, 10_000)
    print()
    measure("handshake with 201 messages", lambda _: started(Aead.AES_256_GCM), 5)
    (alice, _), (bea, _) = people()
    measure("safety number", lambda _: safety_number(alice.keys, bea.keys), 20)
    locked = lock_with_password(new_database_key(os.urandom), b"password", b"account", os.urandom)
    measure("vault opened with the password", lambda _: unlock_with_password(locked, b"password", b"account"), 2)
    if profile:
        show_profile(started(Aead.AES_256_GCM))


def show_profile(talk: Talk) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    for number in range(20_000):
        talk.message(number)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


if __name__ == "__main__":
    main()
