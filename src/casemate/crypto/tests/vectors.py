"""Makes the golden vectors of tests/vectors: `python -m casemate.crypto.tests.vectors`.

`crypto.json` is made anew from fixed entropy and must come out the same for
ever. `crypto_ml_kem.json` was recorded once with real ML-KEM-768, whose
encapsulation cannot repeat: from then on it must open.
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from casemate.crypto.beacon import Beacons
from casemate.crypto.card import Purpose, sign_card
from casemate.crypto.content import Content, encode_content
from casemate.crypto.control import seal_control
from casemate.crypto.envelope import open_envelope, read_envelope, seal
from casemate.crypto.handshake import replay_token, respond
from casemate.crypto.identity import rotate_account_key, sign_device_list
from casemate.crypto.introduction import AskedRoute, seal_introduction
from casemate.crypto.kem import Kem, MlKem768
from casemate.crypto.link_proof import Greeting, new_account_digest, new_server_key, prove_device, prove_server
from casemate.crypto.names import sign_names
from casemate.crypto.padding import padme
from casemate.crypto.prekeys import PrekeySecrets
from casemate.crypto.primitives import Aead
from casemate.crypto.safety import safety_number
from casemate.crypto.session import Session
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.crypto.tests.pair import NOW, ORIGIN, Person
from casemate.crypto.vault import (
    PasswordCost,
    lock_sign_in_key,
    lock_with_password,
    lock_with_sign_in_key,
    new_database_key,
    new_machine_key,
    new_sign_in_key,
)
from casemate.protocol.ids import ConversationId, MessageId, cid_of

FOLDER: Final = Path(__file__).parents[4] / "tests" / "vectors"
SCRIPT: Final = "abbabaabbbaaabab" * 4
"""Who writes: `a` started the session, so the first is hers. Long enough for an epoch."""
LOST: Final = frozenset({5, 9, 10})
"""Messages that arrive after all others."""


def crypto_vectors() -> dict[str, Any]:
    """Everything that is made from fixed entropy."""
    entropy = repeatable_entropy(b"vectors")
    alice, bea = (Person(entropy, RepeatableKem(repeatable_entropy(b"vectors kem"))) for _ in range(2))
    bundle, secrets = bea.one_time()
    last_resort, _ = bea.last_resort()
    return {
        "about": "Golden vectors of casemate.crypto; bytes in hex; the KEM is the repeatable one of crypto/testing.py",
        "identity": _identity(alice),
        "prekeys": {
            "one_time_bundle": bundle,
            "last_resort_bundle": last_resort,
            "signed_private": secrets.signed.secret,
            "one_time_private": secrets.one_time.secret if secrets.one_time else None,
            "kem_seed": secrets.kem.secret,
        },
        "card": sign_card(
            bea.device,
            bea.account.account_id,
            alice.account.account_id,
            Purpose.ASK,
            device_list=bea.signed_list,
            names=_names(bea)["document"],
            bundles=(bundle,),
            note=b"note",
            now_seconds=NOW,
        ),
        "names": _names(bea),
        "talks": [_talk(alice, bea, secrets, bundle, aead, alice.kem) for aead in Aead],
        "safety": _safety(alice, bea),
        "vault": _vault(),
        "link": _link(alice),
        "beacon": _beacon(alice, bea),
        "introduction": _introduction(alice, bea),
        "padme": [[length, padme(length)] for length in (0, 160, 161, 255, 256, 1000, 4097, 65536, 1048576)],
    }


def ml_kem_recording() -> dict[str, Any]:
    """A talk over real ML-KEM-768, with what its responder needs to open it."""
    entropy = repeatable_entropy(b"ml-kem recording")
    alice, bea = (Person(entropy, MlKem768()) for _ in range(2))
    bundle, secrets = bea.one_time()
    return {
        "about": "Recorded once with ML-KEM-768: device and prekey secrets of the responder, and a talk to open",
        "device": msgspec.msgpack.encode(bea.device),
        "prekey_secrets": msgspec.msgpack.encode(secrets),
        "peer_device_list": alice.signed_list,
        "talk": _talk(alice, bea, secrets, bundle, Aead.AES_256_GCM, alice.kem),
    }


def _identity(alice: Person) -> dict[str, Any]:
    account, device = alice.account, alice.device
    rotated = rotate_account_key(account, alice.entropy)
    return {
        "account_private": account.private.secret,
        "account_key": account.keys.first,
        "account_id": account.account_id,
        "cid": str(cid_of(account.account_id)),
        "device_signing_private": device.signing.secret,
        "device_agreement_private": device.agreement.secret,
        "device_endpoint_private": device.endpoint.secret,
        "device_id": device.device_id,
        "device_list": alice.signed_list,
        "rotated_private": rotated.private.secret,
        "rotated_device_list": sign_device_list(rotated, 2, (device.entry,)),
    }


def _introduction(alice: Person, bea: Person) -> dict[str, Any]:
    route = AskedRoute(alice.account.account_id, bea.account.account_id)
    line = "Hi, Ana from sales: we met on Tuesday"
    sealed = seal_introduction(line, route, bea.device.entry, repeatable_entropy(b"vectors introduction"))
    return {"line": line, "asker": route.asker, "asked": route.asked, "sealed": sealed}


def _names(bea: Person) -> dict[str, Any]:
    _, server_key = new_server_key(repeatable_entropy(b"vectors server"))
    return {
        "server_key": server_key,
        "number": 3,
        "username": "bea",
        "full_name": "Bea Ångström",
        "picture_hash": b"p" * 32,
        "document": sign_names(bea.account, server_key, 3, "bea", "Bea Ångström", b"p" * 32),
    }


def _talk(alice: Person, bea: Person, secrets: PrekeySecrets, bundle: bytes, aead: Aead, kem: Kem) -> dict[str, Any]:
    starting = alice.start(bea, bundle, aead)
    assert starting.initial_header is not None
    agreement = respond(bea.device, alice.device_list, secrets, starting.initial_header, kem)
    sides: dict[str, Session] = {"a": starting}
    rows, late = [], []
    for number, writer in enumerate(SCRIPT):
        content = encode_content(
            Content(
                1,
                "chat",
                MessageId(number.to_bytes(16, "big")),
                ConversationId(bytes(16)),
                number,
                (),
                NOW * 1000,
                None,
                b"hi",
            )
        )
        sides[writer], envelope = seal(sides[writer], number, ORIGIN, content, alice.entropy, kem)
        rows.append({"writer": writer, "number": number, "content": content, "envelope": envelope})
        if number in LOST:
            late.append((writer, envelope))
            continue
        if number == 0:
            sides["b"] = bea.answer(alice, secrets, envelope)
        _read(sides, writer, envelope, kem)
    for writer, envelope in late:
        _read(sides, writer, envelope, kem)
    initial = read_envelope(rows[0]["envelope"]).initial_header or b""  # type: ignore[arg-type]
    return {
        "aead": int(aead),
        "initial_header": initial,
        "replay_token": replay_token(initial),
        "transcript": agreement.transcript,
        "shared_secret": agreement.secret.secret,
        "session_id": sides["a"].session_id,
        "control_key": sides["a"].control.secret,
        "messages": rows,
        "read_last": sorted(LOST),
        "control_from_a": seal_control(sides["a"], b"receipt", alice.entropy),
        "control_from_b": seal_control(sides["b"], b"receipt", alice.entropy),
        "epoch_at_the_end": sides["b"].ratchet.pq.epoch,
        "state_of_a": sides["a"].to_bytes(),
        "state_of_b": sides["b"].to_bytes(),
    }


def _read(sides: dict[str, Session], writer: str, envelope: bytes, kem: Kem) -> None:
    reader = "b" if writer == "a" else "a"
    sides[reader], _, _ = open_envelope(sides[reader], envelope, kem)


def _safety(alice: Person, bea: Person) -> dict[str, Any]:
    number = safety_number(alice.account.keys, bea.account.keys)
    return {
        "own_key": alice.account.keys.first,
        "peer_key": bea.account.keys.first,
        "digits": number.digits,
        "qr_payload": number.qr_payload,
    }


def _vault() -> dict[str, Any]:
    entropy = repeatable_entropy(b"vectors vault")
    key, machine, sign_in = new_database_key(entropy), new_machine_key(entropy), new_sign_in_key(entropy)
    bound_to = b"\x01" * 32
    cost = PasswordCost(memory_kib=1024, passes=3)
    return {
        "database_key": key.secret,
        "bound_to": bound_to,
        "password": b"correct horse battery",
        "password_vault": lock_with_password(key, b"correct horse battery", bound_to, entropy, cost),
        "machine_key": machine.secret,
        "sign_in_vault": lock_sign_in_key(sign_in, machine, bound_to, entropy),
        "machine_vault": lock_with_sign_in_key(key, sign_in, bound_to, entropy),
    }


def _link(alice: Person) -> dict[str, Any]:
    private, key = new_server_key(repeatable_entropy(b"vectors server"))
    greeting = Greeting((1, 2), ("one", "two"), b"c" * 32, 1, ("two",), key, b"s" * 32, password_required=True)
    digest = new_account_digest("alice", "Alice Ångström", alice.signed_list, b"bundle")
    account_id, device_id = alice.account.account_id, alice.device.device_id
    return {
        "server_private": private.secret,
        "greeting": msgspec.msgpack.encode(greeting),
        "server_proof": prove_server(private, greeting),
        "new_account_digest": digest,
        "start_counter": 7,
        "start_id": b"i" * 16,
        "device_proof": prove_device(alice.device.signing, greeting, account_id, device_id, 7, b"i" * 16, digest),
    }


def _beacon(alice: Person, bea: Person) -> dict[str, Any]:
    """Alice announces to Bea alone: her tag is the one that Bea recognises, the others are drawn."""
    tags = Beacons(alice.device).tags([bea.device.entry], NOW, repeatable_entropy(b"vectors beacon"))
    bea_expects = Beacons(bea.device)
    recognised = [tag for tag in tags if bea_expects.recognise([alice.device.entry], [tag], NOW)]
    return {
        "wall_seconds": NOW,
        "announcer_device_id": alice.device.device_id,
        "announcer_agreement_key": alice.device.entry.agreement_key,
        "reader_device_id": bea.device.device_id,
        "reader_agreement_private": bea.device.agreement.secret,
        "announced": tags,
        "recognised": recognised,
    }


def as_json(vectors: dict[str, Any]) -> str:
    return json.dumps(vectors, indent=1, ensure_ascii=False, default=lambda value: value.hex()) + "\n"


if __name__ == "__main__":
    (FOLDER / "crypto.json").write_text(as_json(crypto_vectors()), encoding="utf-8")
    recording = FOLDER / "crypto_ml_kem.json"
    if not recording.exists():
        recording.write_text(as_json(ml_kem_recording()), encoding="utf-8")
