"""A second reader of the wire, written from docs/protocol alone: it opens what a first envelope holds.

Shares no code with the package. It checks device list, bundle, PQXDH, both
ratchets' first keys, envelope, padding and content of the recorded talk.
"""

import hashlib
import hmac
import json
import struct
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

RECORDED = json.loads((Path(__file__).parents[4] / "tests/vectors/crypto_ml_kem.json").read_text(encoding="utf-8"))
GOLDEN = json.loads((Path(__file__).parents[4] / "tests/vectors/crypto.json").read_text(encoding="utf-8"))


def unpack(data: bytes) -> Any:
    return msgspec.msgpack.decode(data)


def sha3(label: bytes, *parts: bytes) -> bytes:
    return hashlib.sha3_256(label + b"".join(parts)).digest()


def framed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def extract(salt: bytes, input_key: bytes) -> bytes:
    return mac(salt or bytes(32), input_key)


def expand(key: bytes, info: bytes, length: int) -> bytes:
    output, block = b"", b""
    for counter in range(1, 256):
        block = mac(key, block + info + bytes([counter]))
        output += block
        if len(output) >= length:
            break
    return output[:length]


def hkdf(salt: bytes, input_key: bytes, info: bytes, length: int) -> bytes:
    return expand(extract(salt, input_key), info, length)


def dh(private: bytes, public: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))


def signed_body(data: bytes, key: bytes, label: bytes) -> bytes:
    body, signature = unpack(data)
    Ed25519PublicKey.from_public_bytes(key).verify(signature, label + body)
    assert isinstance(body, bytes)
    return body


def device_from_list(data: bytes) -> list[bytes]:
    version, account_id, (first, successors), number, devices = unpack(unpack(data)[0])
    assert (version, number, successors) == (1, 1, [])
    assert sha3(b"casemate/account/1", first) == account_id
    signed_body(data, first, b"casemate/device-list/1")
    device: list[bytes] = devices[0]
    assert device[0] == sha3(b"casemate/device/1", device[1])[:16]
    return device


def opened_with(aead: int, key: bytes, label: bytes, random: bytes, sealed: bytes, ad: bytes) -> bytes:
    derived = expand(key, label + random, 44)
    cipher = AESGCM(derived[:32]) if aead == 1 else ChaCha20Poly1305(derived[:32])
    return cipher.decrypt(derived[32:], sealed, ad)


def test_the_first_envelope_opens_by_the_pages_alone() -> None:
    _, (agreement,), _, own = unpack(bytes.fromhex(RECORDED["device"]))
    bundle, (signed,), (one_time,), (kem_seed,) = unpack(bytes.fromhex(RECORDED["prekey_secrets"]))
    peer = device_from_list(bytes.fromhex(RECORDED["peer_device_list"]))
    talk = RECORDED["talk"]
    envelope = bytes.fromhex(talk["messages"][0]["envelope"])

    version, kind, sender, recipient, session_id, number, start, since, length = struct.unpack_from(
        ">BB16s16s16sQ8sQH", envelope
    )
    assert (version, kind, sender, recipient, number) == (1, 1, peer[0], own[0], 0)
    assert (start, since) == (b"1st life", 1)
    prefix, message = envelope[: 76 + length], envelope[76 + length :]
    initial = prefix[76:]

    chosen, versions, aead, _, _, device_id, bundle_id, ephemeral, kem_ciphertext = unpack(initial)
    assert (chosen, versions, device_id, bundle_id) == (1, [1, 1], peer[0], bundle[1])
    agreed = dh(signed, peer[2]) + dh(agreement, ephemeral) + dh(signed, ephemeral) + dh(one_time, ephemeral)
    agreed += MLKEM768PrivateKey.from_seed_bytes(kem_seed).decapsulate(kem_ciphertext)
    body = msgspec.msgpack.encode(bundle)
    transcript = sha3(
        b"casemate/transcript/1", framed(b"".join(peer[:3])), framed(b"".join(own[:3])), framed(body), framed(initial)
    )
    secret = hkdf(b"", b"\xff" * 32 + agreed, b"casemate/pqxdh/1" + transcript, 32)
    assert secret.hex() == talk["shared_secret"]
    assert expand(secret, b"casemate/session-id/1", 16) == session_id
    assert expand(secret, b"casemate/session-control/1", 32).hex() == talk["control_key"]

    rides, ec_public, ec_before, ec_number, epoch, pq_before, pq_number, random = struct.unpack_from(
        ">B32sIIIII16s", message
    )
    assert (rides, ec_before, ec_number, epoch, pq_before, pq_number) == (0, 0, 0, 0, 0, 0)
    ec_root = expand(secret, b"casemate/session-ec/1", 32)
    ec_chain = hkdf(ec_root, dh(signed, ec_public), b"casemate/ec-root/1", 64)[32:]
    pq_root = expand(secret, b"casemate/session-pq/1", 32)
    pq_chain = hkdf(b"", pq_root, b"casemate/pq-start/1", 96)[32:64]
    key = extract(mac(pq_chain, b"\x01" + bytes(4)), mac(ec_chain, b"\x01"))
    ad = framed(transcript + prefix) + message[:69]
    padded = opened_with(aead, key, b"casemate/message-seal/1", random, message[69:], ad)

    assert padded.hex() == talk["messages"][0]["content"]
    (content_length,) = struct.unpack_from(">I", padded)
    assert len(padded) == 160
    assert not any(padded[4 + content_length :])
    content = unpack(padded[4 : 4 + content_length])
    assert (content[0], content[1], content[8]) == (1, "chat", b"hi")


@pytest.mark.parametrize("side", ["a", "b"])
def test_control_messages_open_by_the_pages_alone(side: str) -> None:
    for talk in GOLDEN["talks"]:
        sealed = bytes.fromhex(talk[f"control_from_{side}"])
        version, kind, session_id, random = struct.unpack_from(">BB16s16s", sealed)
        assert (version, kind, session_id.hex()) == (1, 2, talk["session_id"])
        first = bytes.fromhex(talk["messages"][0]["envelope"])
        alice, bea = first[2:18], first[18:34]
        route = alice + bea if side == "a" else bea + alice
        ad = bytes.fromhex(talk["transcript"]) + route + sealed[:34]
        key = bytes.fromhex(talk["control_key"])
        text = opened_with(talk["aead"], key, b"casemate/control-seal/1", random, sealed[34:], ad)
        assert text == b"receipt"


def test_the_safety_number_is_that_of_the_pages() -> None:
    vector = GOLDEN["safety"]
    halves, prints = [], []
    for name in ("own_key", "peer_key"):
        key = bytes.fromhex(vector[name])
        material = sha3(b"casemate/account/1", key) + key
        h = hashlib.sha512(b"casemate/fingerprint/1" + b"\x01" + material).digest()
        for _ in range(5199):
            h = hashlib.sha512(h + material).digest()
        halves.append("".join(f"{int.from_bytes(h[i : i + 5], 'big') % 100000:05d}" for i in range(0, 30, 5)))
        prints.append(h[:32])
    assert "".join(sorted(halves)) == vector["digits"]
    assert bytes.fromhex(vector["qr_payload"]) == b"CSMT\x01" + prints[0] + prints[1]


def test_the_machine_vault_opens_by_the_pages_alone() -> None:
    vector = GOLDEN["vault"]
    machine, bound_to = bytes.fromhex(vector["machine_key"]), bytes.fromhex(vector["bound_to"])
    name, version, random, wrapped = unpack(bytes.fromhex(vector["sign_in_vault"]))
    assert (name, version) == ("sign-in", 1)
    sign_in = opened_with(2, machine, b"casemate/vault-sign-in/1", random, wrapped, bound_to)
    name, version, random, wrapped = unpack(bytes.fromhex(vector["machine_vault"]))
    assert (name, version) == ("machine", 2)
    key = opened_with(2, sign_in, b"casemate/vault-machine/2", random, wrapped, bound_to)
    assert key.hex() == vector["database_key"]


def test_link_proofs_hold_by_the_pages_alone() -> None:
    identity, link = GOLDEN["identity"], GOLDEN["link"]
    greeting = bytes.fromhex(link["greeting"])
    server_key = Ed25519PublicKey.from_public_bytes(unpack(greeting)[5])
    server_key.verify(bytes.fromhex(link["server_proof"]), b"casemate/link-server/1" + greeting)
    device_list = bytes.fromhex(identity["device_list"])
    digest = sha3(
        b"casemate/registration/1",
        framed(b"alice"),
        framed("Alice Ångström".encode()),
        framed(device_list),
        framed(b"bundle"),
    )
    assert digest.hex() == link["new_account_digest"]
    account_id, device_id = bytes.fromhex(identity["account_id"]), bytes.fromhex(identity["device_id"])
    claim = msgspec.msgpack.encode([unpack(greeting), account_id, device_id, 7, b"i" * 16, digest])
    device = Ed25519PublicKey.from_public_bytes(device_from_list(device_list)[1])
    device.verify(bytes.fromhex(link["device_proof"]), b"casemate/link-device/1" + claim)


def test_a_beacon_is_recognised_by_the_pages_alone() -> None:
    vector = {name: bytes.fromhex(value) for name, value in GOLDEN["beacon"].items() if isinstance(value, str)}
    first, second = sorted((vector["announcer_device_id"], vector["reader_device_id"]))
    shared = dh(vector["reader_agreement_private"], vector["announcer_agreement_key"])
    key = hkdf(b"", shared, b"casemate/beacon/1" + first + second, 32)
    slot = struct.pack(">Q", GOLDEN["beacon"]["wall_seconds"] // 900)
    tag = mac(key, slot + vector["announcer_device_id"])[:8].hex()
    assert GOLDEN["beacon"]["recognised"] == [tag]
    assert len(GOLDEN["beacon"]["announced"]) == 16
